/// An application that requests are forwarded to: `upstream app http://127.0.0.1:3000/base`, or a block with several
/// servers.
package struct Upstream: Sendable, Equatable {
    /// One of the addresses at which the application listens; requests go to them in turn.
    package struct Server: Sendable, Equatable {
        /// An IPv4 address, an IPv6 address without its brackets, or a host name.
        package let host: String
        package let port: Int
        package let line: Int

        package init(host: String, port: Int, line: Int) {
            self.host = host
            self.port = port
            self.line = line
        }
    }

    /// The `Host` that the application sees.
    package enum HostPolicy: Sendable, Equatable {
        /// The client's.
        case keep
        /// This one: `host[:port]`, an IPv6 address in brackets, as it is written in the file.
        case set(String)
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
    package let line: Int

    package init(
        name: String, servers: [Server], basePath: String = "", hostPolicy: HostPolicy = .keep,
        stripPrefix: String? = nil, line: Int
    ) {
        self.name = name
        self.servers = servers
        self.basePath = basePath
        self.hostPolicy = hostPolicy
        self.stripPrefix = stripPrefix
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
