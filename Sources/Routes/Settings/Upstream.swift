/// An application that requests are forwarded to: `upstream app http://127.0.0.1:3000/base`, or a block with several
/// servers.
package struct Upstream: Sendable, Equatable {
    /// One of the addresses at which the application listens; requests go to them in turn.
    package struct Server: Sendable, Equatable {
        package enum Scheme: String, Sendable { case http, https, unix }

        package let scheme: Scheme
        /// An IPv4 address, an IPv6 address without its brackets, or a host name; of a unix socket its path.
        package let host: String
        /// 0 of a unix socket.
        package let port: Int
        package let line: Int

        package init(_ scheme: Scheme = .http, host: String, port: Int, line: Int) {
            self.scheme = scheme
            self.host = host
            self.port = port
            self.line = line
        }

        /// As a file names it.
        package var text: String {
            switch scheme {
            case .unix: "unix:\(host)"
            case .http, .https: "\(scheme.rawValue)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
            }
        }
    }

    /// The `Host` that the application sees.
    package enum HostPolicy: Sendable, Equatable {
        /// The client's.
        case keep
        /// This one: `host[:port]`, an IPv6 address in brackets, as it is written in the file.
        case set(String)
    }

    /// What TLS to the servers needs to know; paths are relative to the file.
    package struct TLS: Sendable, Equatable {
        /// Who signs the servers' certificates; nil: whom the system trusts.
        package var authority: String?
        /// What the certificates must be for; nil: the server's host.
        package var serverName: String?
        package var chain: String?
        package var key: String?

        package init() {}
    }

    package enum Balance: String, Sendable, CaseIterable {
        case roundRobin = "round-robin"
        case leastRequests = "least-requests"
    }

    /// When a server is taken out of turn.
    package struct Ejection: Sendable, Equatable {
        /// Requests in a row to which it gave no answer.
        package var failures = 5
        package var duration = Duration.seconds(10)

        package init() {}
    }

    package let name: String
    /// In file order, at least one.
    package let servers: [Server]
    /// What the application's paths start with: empty, or like `/base`: literal, without a slash at its end.
    package let basePath: String
    package let hostPolicy: HostPolicy
    /// `/legacy`: removed from the start of the path, before the base path is put there. Every rule that leads here
    /// starts with it, segment by segment, so that every request does; escapes in the request may spell it otherwise.
    package let stripPrefix: String?
    /// Paths and hosts of its own that the application names in responses become those that clients ask for.
    package var rewritesLocations = true
    /// nil where the servers speak plain HTTP.
    package let tls: TLS?
    package var balance = Balance.roundRobin
    /// nil: never.
    package var ejection: Ejection? = Ejection()
    /// nil: servers are not asked.
    package var health: HealthCheck?
    /// So many requests of a hundred may be sent a second time; 0: none.
    package var retryPercent = 20
    /// nil: a server may have any number of requests.
    package var limit: Limit?
    package let line: Int

    package init(
        name: String, servers: [Server], basePath: String = "", hostPolicy: HostPolicy = .keep,
        stripPrefix: String? = nil, tls: TLS? = nil, line: Int
    ) {
        self.name = name
        self.servers = servers
        self.basePath = basePath
        self.hostPolicy = hostPolicy
        self.stripPrefix = stripPrefix
        self.tls = tls
        self.line = line
    }

    /// With one server.
    package init(name: String, host: String, port: Int, line: Int) {
        self.init(name: name, servers: [Server(host: host, port: port, line: line)], line: line)
    }

    /// The first server's.
    package var host: String { servers[0].host }
    /// The first server's.
    package var port: Int { servers[0].port }

    /// How many segments `stripPrefix` removes from the path of a request; 0: none.
    package var strippedSegments: Int { stripPrefix?.utf8.count { $0 == UInt8(ascii: "/") } ?? 0 }
}
