/// The origins of the gateway's own pages, as browsers write them (RFC 6454 §6.2): without the port that the scheme implies.
package enum OwnOrigins {
    /// - Parameter host: what the client asked for, with a port or without.
    package static func of(host: String) -> [String] {
        let host = host.lowercased()
        return [("https", ":443"), ("http", ":80")].map { scheme, port in
            "\(scheme)://\(host.hasSuffix(port) && !host.dropLast(port.count).isEmpty ? String(host.dropLast(port.count)) : host)"
        }
    }
}
