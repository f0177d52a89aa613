import ProxyEngine
import Testing

@Suite("A request head has limits, exact to the octet")
struct RequestLimitTests {
    private let head = RequestHead()

    @Test("A method")
    func method() {
        let limit = EngineLimits.maxMethodLength
        let longest = String(repeating: "M", count: limit)
        #expect(head.reading(of: octets(request("\(longest) / HTTP/1.1"))).outcome == .complete)
        #expect(head.reading(of: octets(request("\(longest)M / HTTP/1.1"))).outcome == .malformed(.method))
        #expect(head.reading(of: octets("\(longest)")).outcome == .incomplete)
        #expect(head.reading(of: octets("\(longest)M")).outcome == .malformed(.method))
    }

    @Test("A target, found too long before it ends", arguments: [1, 100, 8192])
    func target(limit: Int) {
        var limits = EngineLimits()
        limits.maxTarget = limit
        let longest = "/" + String(repeating: "a", count: limit - 1)
        #expect(head.reading(of: octets(request("GET \(longest) HTTP/1.1")), limits: limits).outcome == .complete)
        let tooLong = head.reading(of: octets(request("GET \(longest)a HTTP/1.1")), limits: limits)
        #expect(tooLong.outcome == .malformed(.targetTooLong))
        #expect(head.reading(of: octets("GET \(longest)"), limits: limits).outcome == .incomplete)
        #expect(head.reading(of: octets("GET \(longest)a"), limits: limits).outcome == .malformed(.targetTooLong))
    }

    @Test("The number of fields", arguments: [1, 2, 100])
    func fields(limit: Int) {
        var limits = EngineLimits()
        limits.maxFields = limit
        let fields = (1..<limit).map { "x\($0): y\r\n" }.joined()
        let most = "GET / HTTP/1.1\r\nHost: a\r\n\(fields)"
        #expect(head.reading(of: octets(most + "\r\n"), limits: limits).outcome == .complete)
        #expect(head.reading(of: octets(most), limits: limits).outcome == .incomplete)
        #expect(head.reading(of: octets(most + "z"), limits: limits).outcome == .malformed(.tooManyFields))
        #expect(head.reading(of: octets(most + "z: z\r\n\r\n"), limits: limits).outcome == .malformed(.tooManyFields))
    }

    @Test("A head as a whole, also while it is incomplete", arguments: [64, 1000, 32 * 1024])
    func whole(limit: Int) {
        var limits = EngineLimits()
        limits.maxHead = limit
        let frame = octets(request("GET / HTTP/1.1", "x: "))
        let value = String(repeating: "v", count: limit - frame.count)
        #expect(head.reading(of: octets(request("GET / HTTP/1.1", "x: \(value)")), limits: limits).outcome == .complete)
        let larger = octets(request("GET / HTTP/1.1", "x: \(value)v"))
        #expect(head.reading(of: larger, limits: limits).outcome == .malformed(.headTooLarge))
        #expect(head.reading(of: larger[..<limit], limits: limits).outcome == .incomplete)
        let endless = octets("GET / HTTP/1.1\r\nx: " + String(repeating: "v", count: limit))
        #expect(head.reading(of: endless, limits: limits).outcome == .malformed(.headTooLarge))
    }

    @Test("What follows a head does not count")
    func body() {
        let head = octets(request("POST / HTTP/1.1", "Content-Length: 100000"))
        let reading = self.head.reading(of: head + [UInt8](repeating: 0x61, count: 100_000))
        #expect(reading.parts?.length == head.count)
    }
}
