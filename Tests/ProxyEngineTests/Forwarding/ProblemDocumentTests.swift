import NIOCore
import ProxyEngine
import Testing

@Suite("A refusal is a problem document with a stable code (RFC 9457)")
struct ProblemDocumentTests {
    private func write(_ refusal: Refusal, isHead: Bool = false, closes: Bool = false) -> (String, Int) {
        var out = ByteBuffer()
        let count = ProblemDocument.write(
            refusal, id: RequestID(prefix: 1, number: 2), isHead: isHead, closes: closes,
            date: octets("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), to: &out)
        return (text(out), count)
    }

    private let refusal = Refusal(
        status: 401, code: "token_missing", title: "Unauthorized", message: "Say \"a\\b\"\n", source: .client,
        fieldLines: "WWW-Authenticate: Bearer\r\n")
    private let body =
        #"{"type":"urn:gateway:refusal:token_missing","title":"Unauthorized","status":401,"code":"token_missing","#
        + #""error":"Say \"a\\b\" ","request_id":"00000000000000010000000002"}"# + "\n"

    private func head(_ extra: String = "") -> String {
        "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/problem+json\r\nContent-Length: \(body.utf8.count)\r\n"
            + "Cache-Control: no-store\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nWWW-Authenticate: Bearer\r\n"
            + "X-Request-Id: 00000000000000010000000002\r\n\(extra)\r\n"
    }

    @Test("It is written to the octet")
    func writes() {
        #expect(write(refusal) == (head() + body, body.utf8.count))
        #expect(write(refusal, closes: true) == (head("Connection: close\r\n") + body, body.utf8.count))
    }

    @Test("The answer to HEAD has its head alone")
    func writesHead() {
        #expect(write(refusal, isHead: true) == (head(), 0))
    }

    @Test("It is a response as the engine itself would accept it")
    func isWellFormed() {
        #expect(readResponse(head()).parts?.framing == .length(body.utf8.count))
    }

    static let faults: [(RequestFault, Int, String)] = [
        (.requestLine, 400, "request_malformed"), (.method, 400, "request_malformed"),
        (.version, 400, "request_malformed"),
        (.versionUnsupported, 505, "version_unsupported"), (.target(.form), 400, "request_malformed"),
        (.target(.character), 400, "target_ambiguous"), (.target(.authority), 400, "request_malformed"),
        (.field(.folded), 400, "request_malformed"), (.hostMissing, 400, "request_malformed"),
        (.contentLength, 400, "request_malformed"),
        (.lengthAndTransferEncoding, 400, "request_malformed"), (.framingLookalike, 400, "request_malformed"),
        (.authorizationRepeated, 400, "token_ambiguous"), (.expectation, 417, "expectation_failed"),
        (.targetTooLong, 414, "target_too_long"), (.headTooLarge, 431, "header_too_large"),
        (.tooManyFields, 431, "header_too_large"),
        (.chunk(.size), 400, "request_malformed"), (.trailer(.folded), 400, "request_malformed"),
    ]

    @Test("Every fault of a request has its status and code, and ends the connection", arguments: faults)
    func mapsFaults(fault: RequestFault, status: Int, code: String) {
        let refusal = Refusal(fault)
        #expect(refusal.status == status)
        #expect(refusal.code == code)
        #expect(refusal.closes)
        #expect(ProblemDocument.reason(status) != "Refused")
    }
}
