import ProxyEngine
import Testing

@Suite("A response head has limits, exact to the octet")
struct ResponseLimitTests {
    private let head = ResponseHead()

    @Test("The number of fields", arguments: [1, 256])
    func fields(limit: Int) {
        var limits = EngineLimits()
        limits.maxResponseFields = limit
        let most = "HTTP/1.1 200 OK\r\n" + (0..<limit).map { "x\($0): y\r\n" }.joined()
        #expect(head.reading(of: octets(most + "\r\n"), limits: limits).outcome == .complete)
        #expect(head.reading(of: octets(most), limits: limits).outcome == .incomplete)
        #expect(head.reading(of: octets(most + "z"), limits: limits).outcome == .malformed(.tooManyFields))
    }

    @Test("A head as a whole, also while it is incomplete", arguments: [64, 64 * 1024])
    func whole(limit: Int) {
        var limits = EngineLimits()
        limits.maxResponseHead = limit
        let frame = "HTTP/1.1 200 OK\r\nx: \r\n\r\n".utf8.count
        let value = String(repeating: "v", count: limit - frame)
        #expect(head.reading(of: octets("HTTP/1.1 200 OK\r\nx: \(value)\r\n\r\n"), limits: limits).outcome == .complete)
        let larger = octets("HTTP/1.1 200 OK\r\nx: \(value)v\r\n\r\n")
        #expect(head.reading(of: larger, limits: limits).outcome == .malformed(.headTooLarge))
        #expect(head.reading(of: larger[..<limit], limits: limits).outcome == .incomplete)
        let endless = octets("HTTP/1.1 200 " + String(repeating: "v", count: limit))
        #expect(head.reading(of: endless, limits: limits).outcome == .malformed(.headTooLarge))
    }

    @Test("The names that Connection lists")
    func connectionOptions() {
        func list(_ count: Int) -> String { (0..<count).map { "x\($0)" }.joined(separator: ",") }
        let limit = EngineLimits.maxConnectionOptions
        let most = head.reading(of: octets("HTTP/1.1 200 OK\r\nConnection: \(list(limit)), close\r\n\r\n"))
        #expect(most.outcome == .complete)
        let more = head.reading(of: octets("HTTP/1.1 200 OK\r\nConnection: \(list(limit + 1))\r\n\r\n"))
        #expect(more.outcome == .malformed(.tooManyFields))
    }
}
