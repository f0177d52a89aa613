import NIOCore
import ProxyEngine
import Testing

@Suite("What the client gets is the upstream's own head, framed as it will be written")
struct ResponseWriterTests {
    private func write(
        _ response: String, isHead: Bool = false, encoding: BodyEncoding = .identity, closes: Bool = false
    ) -> String {
        let head = ResponseHead()
        let outcome = head.read(
            .behindEarlierMessage(octets(response)), isHead: isHead, catalogue: .response(), limits: EngineLimits())
        guard outcome == .complete else { return "\(outcome)" }
        var out = ByteBuffer()
        ResponseWriter.writeHead(head, encoding: encoding, closes: closes, to: &out)
        return text(out)
    }

    @Test("Fields pass byte for byte, in their order")
    func passesFields() {
        let fields =
            "Server:x\r\nSet-Cookie: a\r\nset-cookie:\tb \r\nContent-Length: 3\r\nX-E: \u{E9}\r\nX-User-Id: own\r\n"
        #expect(write("HTTP/1.1 200 All  Right\r\n\(fields)\r\nabc") == "HTTP/1.1 200 All  Right\r\n\(fields)\r\n")
        #expect(write("HTTP/1.0 404 \r\nA: b\r\n\r\n") == "HTTP/1.1 404 \r\nA: b\r\n\r\n")
        #expect(write("HTTP/1.1 200 OK\r\n\r\n") == "HTTP/1.1 200 OK\r\n\r\n")
    }

    @Test("What is for one hop alone does not pass")
    func dropsHopByHop() {
        let response =
            "HTTP/1.1 200 OK\r\nConnection: X-A, keep-alive\r\nKeep-Alive: 5\r\nX-A: 1\r\nx-a: 2\r\nX-B: 3\r\nTrailer: X\r\n"
            + "Upgrade: h2c\r\nProxy-Connection: close\r\nTransfer-Encoding: chunked\r\nTE: x\r\n\r\n"
        #expect(
            write(response, encoding: .chunked) == "HTTP/1.1 200 OK\r\nX-B: 3\r\nTransfer-Encoding: chunked\r\n\r\n")
        #expect(write(response, closes: true) == "HTTP/1.1 200 OK\r\nX-B: 3\r\nConnection: close\r\n\r\n")
    }

    @Test("A date passes as it is, and Connection can't take it away")
    func keepsTheDate() {
        let fields = "date:  Sun, 06 Nov 1994 08:49:37 GMT\r\n"
        #expect(write("HTTP/1.1 200 OK\r\nConnection: Date\r\n\(fields)\r\n") == "HTTP/1.1 200 OK\r\n\(fields)\r\n")
    }

    @Test("Connection can't take a length away")
    func keepsTheLength() {
        let written = write("HTTP/1.1 200 OK\r\nConnection: content-length\r\nContent-Length: 3\r\n\r\n")
        #expect(written == "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n")
    }

    @Test(
        "A length goes on without unusual blanks",
        arguments: ["Content-Length:3", "Content-Length:\t3", "Content-Length: 3 \t"])
    func plainLength(line: String) {
        #expect(
            write("HTTP/1.1 200 OK\r\nA: b\r\n\(line)\r\nC:d\r\n\r\n")
                == "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 3\r\nC:d\r\n\r\n")
    }

    static let statuses: [(Int, Bool, Bool)] = [
        (200, false, true), (200, true, true), (304, false, true), (304, true, true), (204, false, false),
        (204, true, false),
    ]

    @Test("A length passes where it says something, and never with 204", arguments: statuses)
    func lengths(status: Int, isHead: Bool, keeps: Bool) {
        let written = write("HTTP/1.1 \(status) x\r\nContent-Length: 7\r\n\r\n", isHead: isHead)
        #expect(written == "HTTP/1.1 \(status) x\r\n\(keeps ? "Content-Length: 7\r\n" : "")\r\n")
    }

    @Test("An interim response has no length")
    func interim() {
        #expect(
            write("HTTP/1.1 103 Early\r\nLink: x\r\nContent-Length: 0\r\n\r\n")
                == "HTTP/1.1 103 Early\r\nLink: x\r\n\r\n")
    }
}
