internal import AuthFilter
internal import ProxyEngine

/// What one event loop has counted. Confined to it; `snapshot` is taken there and added up elsewhere.
final class LoopStatistics {
    struct Snapshot: Sendable {
        /// Responses by status, the gateway's own included.
        var statuses: [Int: UInt64] = [:]
        /// The gateway's refusals by code.
        var refusals: [String: UInt64] = [:]
        var cacheHits: UInt64 = 0
        var cacheMisses: UInt64 = 0

        static func + (first: Snapshot, second: Snapshot) -> Snapshot {
            Snapshot(
                statuses: first.statuses.merging(second.statuses, uniquingKeysWith: +),
                refusals: first.refusals.merging(second.refusals, uniquingKeysWith: +),
                cacheHits: first.cacheHits + second.cacheHits, cacheMisses: first.cacheMisses + second.cacheMisses)
        }
    }

    private let cache: TokenCache
    private var statuses = [UInt64](repeating: 0, count: 600)
    private var refusals: [String: UInt64] = [:]

    init(cache: TokenCache) {
        self.cache = cache
    }

    func count(_ exchange: Exchange) {
        let result = exchange.result
        if statuses.indices.contains(result.status) { statuses[result.status] &+= 1 }
        if let code = result.code { refusals[code, default: 0] &+= 1 }
    }

    var snapshot: Snapshot {
        var counted: [Int: UInt64] = [:]
        for (status, count) in statuses.enumerated() where count > 0 { counted[status] = count }
        return Snapshot(
            statuses: counted, refusals: refusals, cacheHits: cache.counts.hits, cacheMisses: cache.counts.misses)
    }
}

/// Counts every exchange, and logs it where there is a log.
final class StatisticsRecorder: ExchangeRecorder {
    private let statistics: LoopStatistics
    private let log: AccessLog?

    init(statistics: LoopStatistics, log: AccessLog?) {
        self.statistics = statistics
        self.log = log
    }

    /// Only the log tells how long a request took.
    var wantsDuration: Bool { log != nil }

    func record(_ exchange: Exchange) {
        statistics.count(exchange)
        log?.record(exchange)
    }

    func finish() { log?.flush() }
}
