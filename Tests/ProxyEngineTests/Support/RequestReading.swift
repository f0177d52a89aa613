import NIOCore
import ProxyEngine
import Testing

/// What the engine made of the octets of a request head.
struct RequestReading: Equatable {
    var outcome: RequestHead.Outcome
    /// Only of a head that is complete.
    var parts: Parts?

    struct Parts: Equatable {
        var method: String
        var path: String
        var query: String
        var version: HTTPVersion
        var host: String?
        var authorization: String?
        var framing: BodyFraming
        var traits: RequestHead.Traits
        var length: Int
    }
}

extension RequestHead {
    /// Reads `octets` and tells what came out of it.
    func reading(
        of octets: some Collection<UInt8>, reserved: FieldCatalogue = .request(reserved: []),
        limits: EngineLimits = EngineLimits()
    ) -> RequestReading {
        let outcome = read(.behindEarlierMessage(octets), catalogue: reserved, limits: limits)
        guard outcome == .complete else { return RequestReading(outcome: outcome) }
        let octets = Array(octets)
        return RequestReading(
            outcome: outcome,
            parts: RequestReading.Parts(
                method: text(octets[method]), path: text(octets[path]), query: text(octets[target.query]),
                version: version, host: host.map { text(octets[$0]) },
                authorization: authorization.map { text(octets[$0]) }, framing: framing, traits: traits, length: length)
        )
    }
}

/// Reads a head that is whole, after having read every beginning of it: whatever came before, each of them must either
/// be incomplete or already be what the whole is.
@discardableResult
func readRequest(
    _ head: String, reserved: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
) -> RequestReading {
    let all = octets(head)
    let catalogue = FieldCatalogue.request(reserved: reserved)
    let fresh = RequestHead()
    let whole = fresh.reading(of: all, reserved: catalogue)
    let used = RequestHead()
    var decidedAt: Int?
    for count in 0..<all.count {
        let reading = used.reading(of: all[..<count], reserved: catalogue)
        if reading.outcome == .incomplete, decidedAt == nil { continue }
        decidedAt = decidedAt ?? count
        guard whole.isMalformed, reading == whole else {
            Issue.record("\(count) octets: \(reading); all: \(whole)", sourceLocation: sourceLocation)
            break
        }
    }
    #expect(used.reading(of: all, reserved: catalogue) == whole, sourceLocation: sourceLocation)
    if whole.outcome == .complete {
        let pipelined = used.reading(of: all + octets("\u{0}GET"), reserved: catalogue)
        #expect(pipelined == whole, sourceLocation: sourceLocation)
    }
    return whole
}

extension RequestReading {
    var isMalformed: Bool {
        if case .malformed = outcome { true } else { false }
    }
}

/// A request for `/` with a Host field and `fields`, each without its line end.
func request(_ line: String = "GET / HTTP/1.1", _ fields: String...) -> String {
    "\(line)\r\nHost: example.com\r\n\(fields.map { "\($0)\r\n" }.joined())\r\n"
}
