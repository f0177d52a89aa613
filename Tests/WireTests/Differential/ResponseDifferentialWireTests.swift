internal import Testing

/// Each case is one request whose response is odd, and another request behind it. All share the gateway's connections to
/// one upstream, so that an octet too many, or one too few, would be the next one's response.
@Suite("Responses that readers might understand differently", .stage(GatewayConfiguration(routes: "* /** public")))
struct ResponseDifferentialWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    @Test("Every announcement of a length, alone and beside every other")
    func framings() throws { try play("framing", ResponseAnomaly.framings) }

    @Test("Every form of a chunked body")
    func chunks() throws { try play("chunk", ResponseAnomaly.chunks) }

    @Test("What stands behind the end, and every place where it may be cut off")
    func ends() throws { try play("end", ResponseAnomaly.ends) }

    @Test("Every octet at every place of a head")
    func octets() throws { try play("octet", ResponseAnomaly.octets) }

    private func play(_ family: String, _ anomalies: [ResponseAnomaly]) throws {
        stage.upstream.script("/\(family)-") { exchange in
            guard let index = exchange.request.target.split(separator: "-").last.flatMap({ Int($0) }) else { return }
            try exchange.send(wire(anomalies[index].text, tag: index))
            if anomalies[index].closes { exchange.close() }
        }
        var complaints: [String] = []
        var client = try stage.client()
        for (index, anomaly) in anomalies.enumerated() {
            try client.send("POST /\(family)-\(index) HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
            let response = try client.response(to: "POST")
            if let complaint = anomaly.complaint(response) {
                complaints.append("\(anomaly.text.debugDescription): \(complaint)")
            }
            if !response.keepsAlive || !response.isComplete {
                guard try client.isClosed() else {
                    complaints.append("\(anomaly.text.debugDescription): the connection is not closed")
                    continue
                }
                client = try stage.client()
            }
            try client.send("GET /after-\(family)-\(index) HTTP/1.1\r\nHost: a\r\n\r\n")
            let after = try client.response()
            if (try? after.echo().requestLine) != "GET /after-\(family)-\(index) HTTP/1.1" {
                complaints.append(
                    "\(anomaly.text.debugDescription): the next response is \(after.outcome) \(after.text)")
            }
        }
        let report = complaints.prefix(12).joined(separator: "\n")
        #expect(complaints.isEmpty, "\(complaints.count) of \(anomalies.count): \(report)")
    }
}

extension ResponseAnomaly {
    /// nil: it went as it should.
    fileprivate func complaint(_ response: Response) -> String? {
        switch fate {
        case .invalid: return response.outcome == "502 upstream_invalid" ? nil : "not refused but \(response.outcome)"
        case .cutOff: return response.isComplete ? "looks complete: \(response.outcome) \(response.text)" : nil
        case .passed(let body, let field):
            guard response.field("x-upstream") == "odd", response.isComplete else {
                return "not passed on: \(response.outcome)"
            }
            guard response.body.bytes == wire(body, tag: 0) else {
                return "another body: \(response.text.debugDescription)"
            }
            guard let field else { return nil }
            let passed = String(decoding: wire(field, tag: 0), as: UTF8.self)
            return response.field("x") == passed ? nil : "another value: \(String(describing: response.field("x")))"
        }
    }
}
