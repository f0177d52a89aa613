internal import Testing

/// Each case is one connection with three requests in one write: a plain one, an odd one, a plain one. Whatever the odd one
/// is, the first gets its own answer; the upstream sees the odd one as exactly one request or not whole; and the third is
/// answered only where all agree on its beginning.
@Suite("Requests that readers might understand differently", .stage(GatewayConfiguration(routes: "* /** public")))
struct RequestDifferentialWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    @Test("Every announcement of a length, alone and beside every other")
    func framings() throws { try play(RequestAnomaly.framings, from: 100_000) }

    @Test("Every form of a chunked body")
    func chunks() throws { try play(RequestAnomaly.chunks, from: 200_000) }

    @Test("Every octet at every place of a head")
    func octets() throws { try play(RequestAnomaly.octets, from: 300_000) }

    @Test("Every end of a line, and every blank that is none")
    func lines() throws { try play(RequestAnomaly.lines, from: 400_000) }

    @Test("Targets, hosts and versions")
    func targets() throws { try play(RequestAnomaly.targets, from: 500_000) }

    private func play(_ anomalies: [RequestAnomaly], from first: Int) throws {
        var complaints: [String] = []
        var refused: Set<String> = []
        for (index, anomaly) in anomalies.enumerated() {
            let tag = first + index
            let bytes = wire(
                "GET /before-TAG HTTP/1.1\r\nHost: a\r\n\r\n\(anomaly.text)GET /after-TAG HTTP/1.1\r\nHost: a\r\n\r\n",
                tag: tag)
            let responses = try responses(to: bytes)
            if let complaint = anomaly.complaint(responses, tag: tag) {
                complaints.append("\(anomaly.text.debugDescription): \(complaint)")
            }
            if responses.count < 3 { refused.insert("\(tag)") }
        }
        for request in stage.upstream.requests("/") {
            if request.target.contains("smuggled") { complaints.append("\(request.target) at the upstream") }
            let parts = request.target.split(whereSeparator: { "/-?".contains($0) })
            guard parts.count >= 2, refused.contains(String(parts[1])) else { continue }
            if parts[0] == "after" || (parts[0] == "odd" && request.body.isComplete) {
                complaints.append("\(request.target) is whole at the upstream, and was refused")
            }
        }
        #expect(
            complaints.isEmpty,
            "\(complaints.count) of \(anomalies.count): \(complaints.prefix(12).joined(separator: "\n"))")
    }

    /// All that come until the gateway closes. The client ends its half, so that nothing waits for octets that never come.
    private func responses(to bytes: [UInt8]) throws -> [Response] {
        let client = try stage.client()
        try client.send(bytes)
        client.finishSending()
        var responses: [Response] = []
        while try !client.isClosed() { responses.append(try client.response()) }
        return responses
    }
}

extension RequestAnomaly {
    /// nil: it went as it should.
    fileprivate func complaint(_ responses: [Response], tag: Int) -> String? {
        let outcomes = responses.map(\.outcome)
        guard let before = try? responses.first?.echo(), before.requestLine == "GET /before-\(tag) HTTP/1.1" else {
            return "the request before it was answered \(outcomes)"
        }
        guard responses.count >= 2 else { return "no answer" }
        let (odd, isRefusal) = (responses[1], (400..<600).contains(responses[1].status))
        guard responses.allSatisfy(\.isComplete) else { return "an answer is cut off: \(outcomes)" }
        switch fate {
        case .refused: return isRefusal && !odd.keepsAlive && responses.count == 2 ? nil : "not refused: \(outcomes)"
        case .either where isRefusal:
            if responses.count == 2 && !odd.keepsAlive { return nil }
            return isAfter(responses, tag) ? nil : "the request behind it was answered \(outcomes)"
        case .either(let holds): return complaint(responses, tag, body: "", holds: holds)
        case .passed(let body, let holds): return complaint(responses, tag, body: body, holds: holds)
        }
    }

    private func complaint(_ responses: [Response], _ tag: Int, body: String, holds: String) -> String? {
        guard responses[1].outcome == "200 upstream" else { return "not passed on: \(responses.map(\.outcome))" }
        let received = responses[1].body.bytes
        guard received.firstRange(of: wire(holds, tag: tag)) != nil else {
            return "the upstream got \(String(decoding: received, as: UTF8.self).debugDescription)"
        }
        guard received.suffix(body.utf8.count + 4) == wire("\r\n\r\n\(body)", tag: tag)[...] else {
            return "the upstream got another body: \(String(decoding: received, as: UTF8.self).debugDescription)"
        }
        return isAfter(responses, tag) ? nil : "the request behind it was answered \(responses.map(\.outcome))"
    }

    private func isAfter(_ responses: [Response], _ tag: Int) -> Bool {
        responses.count == 3 && (try? responses[2].echo().requestLine) == "GET /after-\(tag) HTTP/1.1"
    }
}
