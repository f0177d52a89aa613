/// An address to accept connections at: `listen 127.0.0.1:8080`, `admin [::1]:9901`.
package struct Listener: Sendable, Equatable {
    /// An IPv4 address, an IPv6 address without its brackets, or a host name.
    package let host: String
    /// 0: the kernel chooses one.
    package let port: Int
    package let line: Int

    package init(host: String, port: Int, line: Int) {
        self.host = host
        self.port = port
        self.line = line
    }
}
