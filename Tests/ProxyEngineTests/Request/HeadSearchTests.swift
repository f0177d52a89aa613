import NIOCore
import ProxyEngine
import Testing

@Suite("A head that comes in pieces")
struct HeadSearchTests {
    @Test("A head of single octets is read a few times, not once for each", arguments: [100, 5000, 60_000])
    func attempts(length: Int) {
        var (search, input, attempts) = (HeadSearch(), ByteBuffer(), 0)
        for position in 0..<length {
            input.writeInteger(position % 50 == 49 ? UInt8(ascii: "b") : UInt8(ascii: "a"))
            guard search.mayBeWhole(input, limit: 65_536) else { continue }
            attempts += 1
            search.wasIncomplete(input)
        }
        #expect(attempts <= 18)
        input.writeStaticString("\r\n\r\n")
        let isWhole = search.mayBeWhole(input, limit: 65_536)
        #expect(isWhole)
    }

    @Test("What is longer than a head may be is read at once, to be refused")
    func tooLong() {
        var search = HeadSearch()
        search.wasIncomplete(ByteBuffer(repeating: 0x61, count: 90))
        let isRead = search.mayBeWhole(ByteBuffer(repeating: 0x61, count: 101), limit: 100)
        #expect(isRead)
    }
}
