import NIOCore
import RedisBlacklist
import Testing

@Suite("Replies are read by hiredis, within limits")
struct ReplyReaderTests {
    static let vectors: [(String, RedisReply)] = [
        (":0\r\n", .integer(0)),
        (":-7\r\n", .integer(-7)),
        (":9223372036854775807\r\n", .integer(.max)),
        ("$-1\r\n", .absent),
        ("*-1\r\n", .absent),
        ("$0\r\n\r\n", .string([])),
        ("$4\r\na\r\nb\r\n", .string(Array("a\r\nb".utf8))),
        ("+OK\r\n", .status(Array("OK".utf8))),
        ("-ERR no\r\n", .error(ErrorReply("ERR no".utf8))),
        ("*0\r\n", .array([])),
        ("*2\r\n$4\r\nsave\r\n:1\r\n", .array([.string(Array("save".utf8)), .integer(1)])),
    ]

    @Test("A reply of each type is read, whole or byte by byte", arguments: vectors)
    func reads(text: String, expected: RedisReply) throws {
        let whole = try ReplyReader(limits: .administration)
        try whole.feed(ByteBuffer(string: text))
        #expect(try whole.next() == expected)
        #expect(try whole.next() == nil)

        let bytewise = try ReplyReader(limits: .administration)
        for byte in text.utf8.dropLast() {
            try bytewise.feed(ByteBuffer(bytes: [byte]))
            #expect(try bytewise.next() == nil)
        }
        try bytewise.feed(ByteBuffer(bytes: [UInt8(ascii: "\n")]))
        #expect(try bytewise.next() == expected)
    }

    @Test("Replies that arrive together are read in order")
    func readsInOrder() throws {
        let reader = try ReplyReader(limits: .lookups)
        try reader.feed(ByteBuffer(string: (0..<2000).map { ":\($0)\r\n" }.joined()))
        for number in 0..<2000 { #expect(try reader.next() == .integer(Int64(number))) }
        #expect(try reader.next() == nil)
    }

    @Test(
        "Bytes that are no reply are a fault",
        arguments: [
            "HTTP/1.1 400 Bad Request\r\n\r\n", "\r\n", "!", ":abc\r\n", ":\r\n", ":1 \r\n", "$-2\r\n", "$x\r\n",
            "$99999999999999999999\r\n", "*-2\r\n", "*2147483648\r\n", "%1\r\n+a\r\n+b\r\n",
        ])
    func refusesGarbage(text: String) throws {
        let reader = try ReplyReader(limits: .administration)
        try reader.feed(ByteBuffer(string: text))
        #expect(throws: ReplyFault.malformed) { try reader.next() }
        #expect(throws: ReplyFault.malformed) { try reader.feed(ByteBuffer(string: ":1\r\n")) }
    }

    @Test(
        "An array is refused where none is expected, before its elements arrive",
        arguments: ["*1\r\n", "*0\r\n", "*2147483647\r\n"])
    func refusesArrays(text: String) throws {
        let reader = try ReplyReader(limits: .lookups)
        try reader.feed(ByteBuffer(string: text))
        #expect(throws: ReplyFault.tooManyElements) { try reader.next() }
    }

    @Test("Arrays are bounded in depth and in elements", arguments: ["*1\r\n*1\r\n:1\r\n", "*65\r\n"])
    func boundsArrays(text: String) throws {
        let reader = try ReplyReader(limits: .administration)
        try reader.feed(ByteBuffer(string: text))
        #expect(throws: ReplyFault.tooManyElements) { try reader.next() }
    }

    @Test("Elements are counted over all the pieces in which a reply arrives")
    func boundsArraysInPieces() throws {
        let reader = try ReplyReader(limits: ReplyLimits(bytes: 1024, elements: 4, depth: 2))
        try reader.feed(ByteBuffer(string: "*2\r\n*2\r\n:1\r\n:2\r\n"))
        #expect(try reader.next() == nil)
        try reader.feed(ByteBuffer(string: "*1\r\n"))
        #expect(throws: ReplyFault.tooManyElements) { try reader.next() }
    }

    @Test("Nested arrays are put together")
    func nests() throws {
        let reader = try ReplyReader(limits: ReplyLimits(bytes: 1024, elements: 8, depth: 2))
        try reader.feed(ByteBuffer(string: "*3\r\n+a\r\n*2\r\n:1\r\n*0\r\n:2\r\n"))
        #expect(throws: ReplyFault.tooManyElements) { try reader.next() }  // the empty one is a third level

        let deeper = try ReplyReader(limits: ReplyLimits(bytes: 1024, elements: 8, depth: 3))
        try deeper.feed(ByteBuffer(string: "*3\r\n+a\r\n*2\r\n:1\r\n*0\r\n:2\r\n"))
        #expect(
            try deeper.next()
                == .array([.status(Array("a".utf8)), .array([.integer(1), .array([])]), .integer(2)]))
    }

    @Test("A string that does not end within the limit is given up")
    func boundsStrings() throws {
        let reader = try ReplyReader(limits: ReplyLimits(bytes: 100, elements: 0, depth: 0))
        try reader.feed(ByteBuffer(string: "$536870912\r\n"))
        #expect(try reader.next() == nil)
        try reader.feed(ByteBuffer(repeating: 0, count: 80))
        #expect(try reader.next() == nil)
        #expect(throws: ReplyFault.tooLarge) { try reader.feed(ByteBuffer(repeating: 0, count: 80)) }
    }
}
