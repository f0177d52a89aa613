/// Where requests go.
package struct UpstreamAddress: Sendable {
    package var name: String
    package var host: String
    package var port: Int

    package init(name: String, host: String, port: Int) {
        self.name = name
        self.host = host
        self.port = port
    }

    /// `host[:port]` as a Host field has it, for requests that came without one (HTTP/1.0).
    var authority: [UInt8] {
        let literal = host.contains(":") ? "[\(host)]" : host
        return Array((port == 80 ? literal : "\(literal):\(port)").utf8)
    }
}
