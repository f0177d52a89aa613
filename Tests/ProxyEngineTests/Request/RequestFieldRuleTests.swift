import ProxyEngine
import Testing

@Suite("Connection, Expect and Authorization are read with their own rules")
struct RequestFieldRuleTests {
    static let connections: [(String, Bool)] = [
        ("close", true), ("CLOSE", true), ("keep-alive, close", true), ("close,", true), (",,close", true),
        ("\tclose\t", true),
        ("X-Foo, close", true), ("", false), (",", false), ("keep-alive", false), ("closed", false), ("X-Close", false),
        ("upgrade, TE", false),
    ]

    @Test("Only close closes", arguments: connections)
    func reads(value: String, closes: Bool) {
        #expect(
            readRequest(request("GET / HTTP/1.1", "Connection: \(value)")).parts?.traits.contains(.closes) == closes)
        let twice = readRequest(request("GET / HTTP/1.1", "Connection: X-A", "connection: \(value)"))
        #expect(twice.parts?.traits.contains(.closes) == closes)
    }

    static let malformedConnections = [
        "a b", "\"close\"", "close;q=1", "a=b", "a/b", "\u{E9}", "host", "Host", "close, HOST", "content-length",
        "Transfer-Encoding",
        "x, transfer-encoding, y",
    ]

    @Test("Connection lists tokens, and none that the message can't do without", arguments: malformedConnections)
    func refusesOptions(value: String) {
        #expect(readRequest(request("GET / HTTP/1.1", "Connection: \(value)")).outcome == .malformed(.connectionOption))
    }

    @Test("Connection lists so many names and no more")
    func limitsOptions() {
        func list(_ count: Int) -> String { (0..<count).map { "x\($0)" }.joined(separator: ",") }
        let limit = EngineLimits.maxConnectionOptions
        let most = list(limit) + ",close,keep-alive,te,upgrade"
        #expect(readRequest(request("GET / HTTP/1.1", "Connection: \(most)")).outcome == .complete)
        let more = readRequest(request("GET / HTTP/1.1", "Connection: \(list(limit))", "Connection: y"))
        #expect(more.outcome == .malformed(.connectionOption))
    }

    @Test("100-continue is the one expectation", arguments: ["100-continue", "100-Continue", "\t100-CONTINUE "])
    func readsExpect(value: String) {
        let reading = readRequest(request("POST / HTTP/1.1", "Expect: \(value)", "Content-Length: 1"))
        #expect(reading.parts?.traits.contains(.expectsContinue) == true)
    }

    @Test(
        "Any other expectation is refused",
        arguments: [
            "", "100", "100-continue, x", "100-continue,100-continue", "200-ok", "100-continue;a", "\"100-continue\"",
        ])
    func refusesExpect(value: String) {
        #expect(readRequest(request("POST / HTTP/1.1", "Expect: \(value)")).outcome == .malformed(.expectation))
    }

    @Test("HTTP/1.0 has no expectations, whatever is said of them", arguments: ["100-continue", "200-ok"])
    func ignoresExpect(value: String) {
        let reading = readRequest(request("POST / HTTP/1.0", "Expect: \(value)", "Content-Length: 1"))
        #expect(reading.outcome == .complete && reading.parts?.traits.contains(.expectsContinue) == false)
    }

    @Test("The credentials are those of the one Authorization field")
    func readsAuthorization() {
        let reading = readRequest(request("GET / HTTP/1.1", "AUTHORIZATION:  Bearer a.b.c \t"))
        #expect(reading.parts?.authorization == "Bearer a.b.c")
        #expect(readRequest(request("GET / HTTP/1.1", "Authorization:")).parts?.authorization == "")
        #expect(readRequest(request("GET / HTTP/1.1", "X-Authorization: Bearer a")).parts?.authorization == nil)
    }

    @Test("Two Authorization fields are no choice", arguments: ["Bearer a", "Bearer b", "Basic YTpi", ""])
    func refusesTwo(value: String) {
        let reading = readRequest(request("GET / HTTP/1.1", "Authorization: Bearer a", "authorization: \(value)"))
        #expect(reading.outcome == .malformed(.authorizationRepeated))
    }

    static let methods: [(String, Bool)] = [
        ("GET", true), ("HEAD", true), ("OPTIONS", true), ("PUT", true), ("DELETE", true), ("POST", false),
        ("PATCH", false),
        ("get", false), ("PROPFIND", false), ("GETX", false), ("GE", false),
    ]

    @Test("An idempotent method without a body may be sent again", arguments: methods)
    func judgesRepetition(method: String, isRepeatable: Bool) {
        let without = readRequest(request("\(method) / HTTP/1.1", "Content-Length: 0"))
        #expect(without.parts?.traits.contains(.isRepeatable) == isRepeatable)
        for framing in ["Content-Length: 1", "Transfer-Encoding: chunked"] {
            let with = readRequest(request("\(method) / HTTP/1.1", framing))
            #expect(with.parts?.traits.contains(.isRepeatable) == false)
        }
    }

    @Test("HEAD is known also where the rest of the head is malformed")
    func knowsHead() {
        let head = RequestHead()
        #expect(head.reading(of: octets(request("HEAD / HTTP/1.1"))).parts?.traits.contains(.isHead) == true)
        #expect(head.reading(of: octets(request("GET / HTTP/1.1"))).parts?.traits.contains(.isHead) == false)
        #expect(head.reading(of: octets("HEAD / HTTP/1.1\r\n\r\n")).outcome == .malformed(.hostMissing))
        #expect(head.traits.contains(.isHead))
    }
}
