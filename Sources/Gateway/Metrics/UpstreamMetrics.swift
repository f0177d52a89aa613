internal import ProxyEngine

/// What `/metrics` and `/ready` say of upstreams and their servers.
enum UpstreamMetrics {
    static func lines(_ upstreams: [UpstreamReport]) -> [String] {
        guard !upstreams.isEmpty else { return [] }
        return ofServers(
            upstreams, "gateway_upstream_server_healthy",
            "Whether a server passes its health check; 1 where there is none.", "gauge"
        ) { $0.isDown ? 0 : 1 }
            + ofServers(
                upstreams, "gateway_upstream_server_ejected", "Whether a server is left out for giving no answer.",
                "gauge"
            ) { $0.isEjected ? 1 : 0 }
            + ofServers(
                upstreams, "gateway_upstream_ejections_total", "Times that a server was left out for giving no answer.",
                "counter", \.ejections)
            + ofServers(
                upstreams, "gateway_upstream_failed_checks_total", "Health checks that a server failed.", "counter",
                \.failedChecks) + ofUpstreams(upstreams)
    }

    private static func ofUpstreams(_ upstreams: [UpstreamReport]) -> [String] {
        var lines = [
            "# HELP gateway_upstream_retries_total Requests to be sent a second time, and whether they were.",
            "# TYPE gateway_upstream_retries_total counter",
        ]
        for upstream in upstreams {
            let name = "gateway_upstream_retries_total{upstream=\"\(upstream.name)\",result="
            lines += ["\(name)\"sent\"} \(upstream.retries.sent)", "\(name)\"refused\"} \(upstream.retries.refused)"]
        }
        lines += [
            "# HELP gateway_upstream_waiting Requests that wait for a server to have room.",
            "# TYPE gateway_upstream_waiting gauge",
        ]
        return lines + upstreams.map { "gateway_upstream_waiting{upstream=\"\($0.name)\"} \($0.waiting)" }
    }

    private static func ofServers(
        _ upstreams: [UpstreamReport], _ name: String, _ help: String, _ type: String,
        _ value: (UpstreamReport.Server) -> UInt64
    ) -> [String] {
        ["# HELP \(name) \(help)", "# TYPE \(name) \(type)"]
            + upstreams.flatMap { upstream in
                upstream.servers.map { server in
                    let labels = "upstream=\"\(upstream.name)\",server=\"\(escaped(server.name))\""
                    return "\(name){\(labels)} \(value(server))"
                }
            }
    }

    /// The path of a unix socket may hold anything.
    private static func escaped(_ label: String) -> String {
        label.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}

extension UpstreamReport {
    /// For `/ready`, which stays as it is: other upstreams may work, requests are tried all the same, and were every gateway
    /// taken out of service for this, their clients would get no answer at all.
    var warning: String? {
        guard hasNoServerLeft else { return nil }
        let faults = servers.map { "\($0.name) \($0.isDown ? "fails its health check" : "gives no answer")" }
        return "upstream \(name): no server is left: \(faults.joined(separator: ", "))"
    }
}
