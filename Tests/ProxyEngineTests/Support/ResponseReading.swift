import NIOCore
import ProxyEngine
import Testing

/// What the engine made of the octets of a response head.
struct ResponseReading: Equatable {
    var outcome: ResponseHead.Outcome
    /// Only of a head that is complete.
    var parts: Parts?

    struct Parts: Equatable {
        var status: Int
        var framing: BodyFraming
        var keepsAlive: Bool
        var length: Int
    }

    var isMalformed: Bool {
        if case .malformed = outcome { true } else { false }
    }
}

extension ResponseHead {
    func reading(
        of octets: some Collection<UInt8>, isHead: Bool = false, limits: EngineLimits = EngineLimits()
    ) -> ResponseReading {
        let outcome = read(.behindEarlierMessage(octets), isHead: isHead, catalogue: .response(), limits: limits)
        guard outcome == .complete else { return ResponseReading(outcome: outcome) }
        return ResponseReading(
            outcome: outcome,
            parts: ResponseReading.Parts(status: status, framing: framing, keepsAlive: keepsAlive, length: length))
    }
}

/// Reads a head that is whole, after having read every beginning of it; see ``readRequest(_:reserved:)``.
@discardableResult
func readResponse(
    _ head: String, isHead: Bool = false, sourceLocation: SourceLocation = #_sourceLocation
) -> ResponseReading {
    let all = octets(head)
    let fresh = ResponseHead()
    let whole = fresh.reading(of: all, isHead: isHead)
    let used = ResponseHead()
    var decidedAt: Int?
    for count in 0..<all.count {
        let reading = used.reading(of: all[..<count], isHead: isHead)
        if reading.outcome == .incomplete, decidedAt == nil { continue }
        decidedAt = decidedAt ?? count
        guard whole.isMalformed, reading == whole else {
            Issue.record("\(count) octets: \(reading); all: \(whole)", sourceLocation: sourceLocation)
            break
        }
    }
    #expect(used.reading(of: all, isHead: isHead) == whole, sourceLocation: sourceLocation)
    return whole
}
