import NIOCore
import ProxyEngine
import Testing

@Suite("Where trailers are asked for, only those go on that the gateway knows nothing about")
struct KeptTrailerTests {
    private func pass(_ trailers: String, as encoding: BodyEncoding = .chunked) -> String {
        let rule = TrailerRule.keep(.request(reserved: ["X-User-Id"]))
        var (decoder, sink) = (BodyDecoder(.chunked, trailers: rule), RecordingSink())
        var pump = BodyPump(out: ByteBuffer(), encoding: encoding)
        var input = ByteBuffer.behindEarlierMessage(octets("1\r\nx\r\n0\r\n\(trailers)\r\nNEXT"))
        #expect(pump.move(&decoder, &input, limit: .max, to: sink) == .end)
        #expect(text(input) == "NEXT")
        return sink.text
    }

    @Test("A field of the application goes on as it is")
    func keeps() {
        #expect(pass("A: b\r\nServer-Timing:\tc \r\n") == "1\r\nx\r\n0\r\nA: b\r\nServer-Timing:\tc \r\n\r\n")
        #expect(pass("") == "1\r\nx\r\n0\r\n\r\n")
    }

    static let known = [
        "X-User-Id", "x_user_id", "X.User.Id", "XUserId", "Content-Length", "Content_Length", "Transfer-Encoding",
        "TransferEncoding", "Host",
        "Authorization", "Connection", "Trailer", "TE", "Upgrade", "Expect", "Proxy", "X-Forwarded-For",
        "x_forwarded_for", "X-Request-Id",
    ]

    @Test("A field that decides about anything does not", arguments: known)
    func drops(name: String) {
        let line = "\(name): chunked\r\n"
        #expect(pass("\(line)A: b\r\n\(line)\(line)C: d\r\n\(line)") == "1\r\nx\r\n0\r\nA: b\r\nC: d\r\n\r\n")
        #expect(pass(line) == "1\r\nx\r\n0\r\n\r\n")
    }

    @Test("A body that is not chunked has no trailers")
    func identity() {
        #expect(pass("A: b\r\n", as: .identity) == "x")
    }
}
