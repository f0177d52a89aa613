internal import NIOCore
internal import ProxyEngine
internal import Synchronization

/// The statistics of all event loops, for `/metrics` of the admin listener.
final class StatisticsRegistry: Sendable {
    private let loops = Mutex<[NIOLoopBound<LoopStatistics>]>([])

    /// On the loop that owns `statistics`.
    func add(_ statistics: LoopStatistics, of eventLoop: any EventLoop) {
        let bound = NIOLoopBound(statistics, eventLoop: eventLoop)
        loops.withLock { $0.append(bound) }
    }

    /// The sum over all loops, each asked on its own thread.
    func total(on eventLoop: any EventLoop) -> EventLoopFuture<LoopStatistics.Snapshot> {
        let asked = loops.withLock { $0 }.map { loop in loop.eventLoop.submit { loop.value.snapshot } }
        return EventLoopFuture.reduce(LoopStatistics.Snapshot(), asked, on: eventLoop, +)
    }
}

/// The text format that Prometheus reads (version 0.0.4).
enum MetricsDocument {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    static func text(
        _ total: LoopStatistics.Snapshot, _ load: EngineLoad, _ upstreams: [UpstreamReport], logLinesLost: Int
    ) -> String {
        var lines = [
            "# HELP gateway_responses_total Responses to clients, by status.", "# TYPE gateway_responses_total counter",
        ]
        for (status, count) in total.statuses.sorted(by: { $0.key < $1.key }) {
            lines.append("gateway_responses_total{status=\"\(status)\"} \(count)")
        }
        lines += [
            "# HELP gateway_refusals_total Requests the gateway answered itself, by code.",
            "# TYPE gateway_refusals_total counter",
        ]
        for (code, count) in total.refusals.sorted(by: { $0.key < $1.key }) {
            lines.append("gateway_refusals_total{code=\"\(code)\"} \(count)")
        }
        lines += [
            "# HELP gateway_token_cache_total Looks for a token among those verified before, by result.",
            "# TYPE gateway_token_cache_total counter",
            "gateway_token_cache_total{result=\"hit\"} \(total.cacheHits)",
            "gateway_token_cache_total{result=\"miss\"} \(total.cacheMisses)",
        ]
        lines += [
            "# HELP gateway_connections Connections of clients.", "# TYPE gateway_connections gauge",
            "gateway_connections \(load.connections)",
            "# HELP gateway_requests Requests under way.", "# TYPE gateway_requests gauge",
            "gateway_requests \(load.requests)",
            "# HELP gateway_connections_refused_total Connections that were one too many, by limit.",
            "# TYPE gateway_connections_refused_total counter",
            "gateway_connections_refused_total{limit=\"all\"} \(load.refusedConnections)",
            "gateway_connections_refused_total{limit=\"address\"} \(load.refusedConnectionsOfAddress)",
            "# HELP gateway_accept_failures_total Times that no connection could be accepted for want of descriptors.",
            "# TYPE gateway_accept_failures_total counter",
            "gateway_accept_failures_total \(load.acceptFailures)",
            "# HELP gateway_connection_setup_failures_total Connections closed at once, since they could not be set up.",
            "# TYPE gateway_connection_setup_failures_total counter",
            "gateway_connection_setup_failures_total \(load.setupFailures)",
            "# HELP gateway_log_lines_lost_total Lines of the access log that could not be written.",
            "# TYPE gateway_log_lines_lost_total counter",
            "gateway_log_lines_lost_total \(logLinesLost)",
        ]
        lines += UpstreamMetrics.lines(upstreams)
        return lines.joined(separator: "\n") + "\n"
    }
}
