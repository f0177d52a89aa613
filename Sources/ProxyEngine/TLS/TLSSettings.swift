/// How a listener speaks TLS. Paths are those of PEM files.
package struct TLSSettings: Sendable {
    package struct Certificate: Sendable, Equatable {
        package var chain: String
        package var key: String

        package init(chain: String, key: String) {
            self.chain = chain
            self.key = key
        }
    }

    package enum Version: Sendable { case tls12, tls13 }
    package enum ClientCertificate: Sendable { case optional, required }

    package var certificates: [Certificate]
    package var minimum: Version
    /// nil: no client certificate is asked for.
    package var clientAuthority: String?
    package var clientCertificate: ClientCertificate
    /// Offered to clients besides HTTP/1.1 (ALPN, RFC 7301).
    package var http2: Bool

    package init(
        certificates: [Certificate], minimum: Version, clientAuthority: String?, clientCertificate: ClientCertificate,
        http2: Bool
    ) {
        self.certificates = certificates
        self.minimum = minimum
        self.clientAuthority = clientAuthority
        self.clientCertificate = clientCertificate
        self.http2 = http2
    }
}

/// What a file has that TLS can't use; for the operator. Nothing of a key is in it.
package struct TLSFault: Error, CustomStringConvertible {
    package let description: String
}
