/// An application: the servers it runs on, and how requests are written for it.
package struct UpstreamSettings: Sendable, Equatable {
    package struct Server: Sendable, Equatable {
        package enum Scheme: Sendable { case http, https, unix }

        package var scheme: Scheme
        /// Of a unix socket its path.
        package var host: String
        package var port: Int

        package init(_ scheme: Scheme = .http, host: String, port: Int) {
            self.scheme = scheme
            self.host = host
            self.port = port
        }

        /// `host[:port]` as a Host field has it. A socket has no name.
        var authority: String {
            if scheme == .unix { return "localhost" }
            let literal = host.contains(":") ? "[\(host)]" : host
            return port == (scheme == .https ? 443 : 80) ? literal : "\(literal):\(port)"
        }
    }

    package enum Balance: Sendable { case roundRobin, leastRequests }

    package var name: String
    /// At least one; they serve in turn.
    package var servers: [Server]
    /// The Host the application sees; nil: the client's own.
    package var host: String?
    /// Taken off the front of the path, segment by segment, before `basePath` is put there; neither has a slash at its end. Every
    /// route to the upstream matches it.
    package var strippedPrefix: [UInt8]
    package var basePath: [UInt8]
    /// Paths and hosts of its own that the application names in responses become those that clients ask for.
    package var rewritesLocations = true
    /// Without it no server of `https` can be reached: nothing is ever sent to one in clear.
    package var tls: UpstreamTLS?
    package var balance = Balance.roundRobin
    /// nil: no server is ever taken out of turn.
    package var ejection: EjectionRule?
    /// nil: servers are not asked.
    package var healthCheck: HealthCheckRule?
    /// So many requests of a hundred may be sent a second time; 0: none.
    package var retryPercent = 20
    /// nil: a server may have any number of requests.
    package var limit: ServerLimit?
    /// nil: nothing is known of the servers, each of which serves in turn.
    package var states: UpstreamStates?

    package init(
        name: String, servers: [Server], host: String? = nil, strippedPrefix: String = "", basePath: String = ""
    ) {
        self.name = name
        self.servers = servers
        self.host = host
        self.strippedPrefix = Array(strippedPrefix.utf8)
        self.basePath = Array(basePath.utf8)
    }

    package var strippedSegments: Int { strippedPrefix.count { $0 == Octet.slash } }

    var rewritesPath: Bool { !strippedPrefix.isEmpty || !basePath.isEmpty }

    /// nil where responses stay as they are.
    var rewriting: ResponseRewriting? {
        guard rewritesLocations, rewritesPath || host != nil else { return nil }
        return ResponseRewriting(
            prefix: strippedPrefix, base: basePath, host: host, authorities: servers.map(\.authority))
    }
}
