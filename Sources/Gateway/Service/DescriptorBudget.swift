internal import Glibc
internal import Routes

/// How many connections and requests there may be at a time: what the file says, otherwise what the process's descriptors
/// allow. A connection takes one, and a request another one for its way to the upstream.
struct DescriptorBudget {
    /// What neither takes: listeners, the log, databases, event loops, connections to Redis and to clients that are turned
    /// away, and kept-alive connections to upstreams that nobody uses just now.
    static let reserve = 256

    let descriptors: Int
    let connections: Int
    let requests: Int

    /// Of two thirds of the descriptors: most connections are idle most of the time.
    private static let usual = 10_000

    init(_ limits: Limits, descriptors: Int = Self.ofProcess) {
        self.descriptors = descriptors
        let left = max(descriptors - Self.reserve, descriptors / 4)
        connections = limits.maxConnections ?? max(1, min(Self.usual, left / 3 * 2))
        requests = limits.maxRequests ?? max(1, min(Self.usual, max(left - connections, left / 3)))
    }

    /// nil: there are enough.
    var warning: String? {
        let needed = connections + requests + Self.reserve
        guard needed > descriptors, descriptors >= 2 * Self.reserve || connections + requests > descriptors
        else { return nil }
        return "\(connections) connections and \(requests) requests may need \(needed) descriptors, and there are "
            + "\(descriptors): raise the limit (ulimit -n), or lower max-connections or max-requests"
    }

    /// What the process may open now.
    private static var ofProcess: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }
}
