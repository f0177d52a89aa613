import NIOCore
import RedisBlacklist
import Testing

@Suite("Commands are written by hiredis")
struct CommandEncoderTests {
    static let vectors: [(RedisCommand, String)] = [
        (.exists(Array("k".utf8)), "*2\r\n$6\r\nEXISTS\r\n$1\r\nk\r\n"),
        (.exists([]), "*2\r\n$6\r\nEXISTS\r\n$0\r\n\r\n"),
        (.get(Array("a b\r\n\0c".utf8)), "*2\r\n$3\r\nGET\r\n$7\r\na b\r\n\0c\r\n"),
        (.authenticate(user: nil, password: Array("p".utf8)), "*2\r\n$4\r\nAUTH\r\n$1\r\np\r\n"),
        (.authenticate(user: "u", password: []), "*3\r\n$4\r\nAUTH\r\n$1\r\nu\r\n$0\r\n\r\n"),
        (.select(12), "*2\r\n$6\r\nSELECT\r\n$2\r\n12\r\n"),
        (
            .set([1], value: [0xFF], milliseconds: 60_000),
            "*5\r\n$3\r\nSET\r\n$1\r\n\u{1}\r\n$1\r\n?\r\n$2\r\nPX\r\n$5\r\n60000\r\n"
        ),
        (.info(section: "memory"), "*2\r\n$4\r\nINFO\r\n$6\r\nmemory\r\n"),
        (.configGet("save"), "*3\r\n$6\r\nCONFIG\r\n$3\r\nGET\r\n$4\r\nsave\r\n"),
    ]

    @Test("Each command has its bytes, whatever is in its arguments", arguments: vectors)
    func encodes(command: RedisCommand, expected: String) throws {
        var buffer = ByteBuffer(string: "before")
        try CommandEncoder.append(command, to: &buffer)
        // The table can't hold a byte that is no text; "?" stands for 0xFF.
        let bytes = buffer.readableBytesView.map { $0 == 0xFF ? UInt8(ascii: "?") : $0 }
        #expect(bytes == Array("before\(expected)".utf8))
    }
}
