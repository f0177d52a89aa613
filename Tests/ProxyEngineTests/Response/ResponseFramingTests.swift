import ProxyEngine
import Testing

@Suite("Where a response's body ends (RFC 9112 §6.3)")
struct ResponseFramingTests {
    static let framings: [(String, BodyFraming)] = [
        ("HTTP/1.1 200 OK\r\n", .untilClose),
        ("HTTP/1.0 200 OK\r\n", .untilClose),
        ("HTTP/1.1 500 x\r\n", .untilClose),
        ("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n", .untilClose),
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", .none),
        ("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n", .length(12)),
        ("HTTP/1.0 200 OK\r\nContent-Length: 12\r\n", .length(12)),
        ("HTTP/1.1 205 x\r\nContent-Length: 0\r\n", .none),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n", .chunked),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding:\tCHUNKED\r\n", .chunked),
        ("HTTP/1.1 204 x\r\n", .none),
        ("HTTP/1.1 204 x\r\nContent-Length: 5\r\n", .none),
        ("HTTP/1.1 204 x\r\nTransfer-Encoding: chunked\r\n", .none),
        ("HTTP/1.1 304 x\r\n", .none),
        ("HTTP/1.1 304 x\r\nContent-Length: 500\r\n", .none),
        ("HTTP/1.1 100 x\r\n", .none),
        ("HTTP/1.1 103 x\r\nContent-Length: 0\r\n", .none),
    ]

    @Test("A framing is read", arguments: framings)
    func reads(head: String, framing: BodyFraming) {
        #expect(readResponse(head + "\r\n").parts?.framing == framing)
    }

    @Test("A response to HEAD has no body", arguments: framings)
    func readsHead(head: String, _: BodyFraming) {
        #expect(readResponse(head + "\r\n", isHead: true).parts?.framing == BodyFraming.none)
    }

    static let malformed: [(String, ResponseFault)] = [
        ("Content-Length:\r\n", .contentLength),
        ("Content-Length: -1\r\n", .contentLength),
        ("Content-Length: +1\r\n", .contentLength),
        ("Content-Length: 0x1\r\n", .contentLength),
        ("Content-Length: 1, 1\r\n", .contentLength),
        ("Content-Length: 9223372036854775808\r\n", .contentLength),
        ("Content-Length: 1\r\nContent-Length: 1\r\n", .contentLengthRepeated),
        ("Transfer-Encoding:\r\n", .transferEncoding),
        ("Transfer-Encoding: gzip\r\n", .transferEncoding),
        ("Transfer-Encoding: gzip, chunked\r\n", .transferEncoding),
        ("Transfer-Encoding: chunked, chunked\r\n", .transferEncoding),
        ("Transfer-Encoding: xchunked\r\n", .transferEncoding),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", .transferEncodingRepeated),
        ("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n", .lengthAndTransferEncoding),
        ("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", .lengthAndTransferEncoding),
        ("Content_Length: 1\r\n", .framingLookalike),
        ("Transfer.Encoding: chunked\r\n", .framingLookalike),
    ]

    @Test("Any other framing is refused, also where no body may follow", arguments: malformed)
    func refuses(fields: String, fault: ResponseFault) {
        for status in [200, 204, 304, 100] {
            for isHead in [false, true] {
                #expect(
                    readResponse("HTTP/1.1 \(status) x\r\n\(fields)\r\n", isHead: isHead).outcome == .malformed(fault))
            }
        }
    }

    @Test("HTTP/1.0 has no transfer codings")
    func refusesCodingsInHTTP10() {
        let outcome = readResponse("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").outcome
        #expect(outcome == .malformed(.transferEncodingInOldVersion))
    }

    @Test(
        "What is announced behind an interim response would be taken for the final one",
        arguments: ["Content-Length: 5", "Transfer-Encoding: chunked"])
    func refusesInterimBodies(field: String) {
        #expect(readResponse("HTTP/1.1 103 x\r\n\(field)\r\n\r\n").outcome == .malformed(.interimWithBody))
    }

    static let persistences: [(String, Bool)] = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", true),
        ("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n", false),
        ("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n", false),
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n", false),
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nconnection: X-A,\tCLOSE\r\n", false),
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n", true),
        ("HTTP/1.1 204 x\r\n", true),
        ("HTTP/1.1 204 x\r\nContent-Length: 0\r\n", true),
        ("HTTP/1.1 204 x\r\nContent-Length: 5\r\n", false),
        ("HTTP/1.1 204 x\r\nTransfer-Encoding: chunked\r\n", false),
        ("HTTP/1.1 304 x\r\nContent-Length: 500\r\n", true),
    ]

    @Test("A connection serves again only where both sides know where it stands", arguments: persistences)
    func keepsAlive(head: String, keepsAlive: Bool) {
        #expect(readResponse(head + "\r\n").parts?.keepsAlive == keepsAlive)
    }

    @Test("Nothing stays of a head that was read before")
    func forgets() {
        for (earlier, _) in Self.framings + Self.persistences.map({ ($0.0, BodyFraming.none) }) {
            for (later, _) in Self.framings {
                let used = ResponseHead()
                _ = used.reading(of: octets(earlier + "\r\n"))
                let fresh = ResponseHead()
                #expect(used.reading(of: octets(later + "\r\n")) == fresh.reading(of: octets(later + "\r\n")))
            }
        }
    }
}
