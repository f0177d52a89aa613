/// An application that requests are forwarded to: `upstream app http://127.0.0.1:3000`.
package struct Upstream: Sendable, Equatable {
    package let name: String
    /// An IPv4 address, an IPv6 address without its brackets, or a host name.
    package let host: String
    package let port: Int
    package let line: Int

    package init(name: String, host: String, port: Int, line: Int) {
        self.name = name
        self.host = host
        self.port = port
        self.line = line
    }
}
