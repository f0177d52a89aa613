/// An address to accept connections at: `listen 127.0.0.1:8080`, `admin [::1]:9901`.
package struct Listener: Sendable, Equatable {
    /// TLS for clients: the block of `listen`.
    package struct TLS: Sendable, Equatable {
        package enum Version: String, Sendable, CaseIterable {
            case tls12 = "1.2"
            case tls13 = "1.3"
        }

        /// A chain and its key, both PEM files, relative to the configuration.
        package struct Certificate: Sendable, Equatable {
            package var chain: String
            package var key: String
            package var line: Int
        }

        package enum ClientCertificate: String, Sendable, CaseIterable { case optional, required }

        /// At least one. A client that names a host gets the first that is for it; otherwise the first.
        package var certificates: [Certificate]
        package var minimum = Version.tls12
        /// Who signs the clients' certificates; nil: none is asked for.
        package var clientAuthority: String?
        package var clientCertificate = ClientCertificate.required
        /// How long browsers shall use TLS only; nil: nothing is said of it.
        package var strictTransport: Duration?
        /// Offered besides HTTP/1.1.
        package var http2 = true
    }

    /// An IPv4 address, an IPv6 address without its brackets, or a host name.
    package let host: String
    /// Only this machine reaches it.
    var isLoopback: Bool { host.hasPrefix("127.") || host == "::1" || host == "localhost" }

    /// 0: the kernel chooses one.
    package let port: Int
    package let line: Int
    /// nil: plain HTTP.
    package var tls: TLS?
    /// Every request is sent to https at this port instead; nil: they are served.
    package var redirectPort: Int?

    package init(host: String, port: Int, line: Int) {
        self.host = host
        self.port = port
        self.line = line
    }
}
