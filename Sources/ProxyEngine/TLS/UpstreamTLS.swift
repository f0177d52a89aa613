internal import NIOCore
internal import NIOSSL

/// How an upstream's servers are spoken to by TLS: whom to believe, and with which certificate to identify ourselves.
///
/// The files are read once. A reload makes another, which is the same only where no file was touched.
package struct UpstreamTLS: Sendable, Equatable {
    package struct Files: Sendable, Equatable {
        /// nil: whom the system trusts.
        package var authority: String?
        package var certificate: TLSSettings.Certificate?

        package init(authority: String?, certificate: TLSSettings.Certificate?) {
            self.authority = authority
            self.certificate = certificate
        }
    }

    private let files: Files
    private let marks: [String]
    /// What the certificates must be for; nil: the server's host.
    private let serverName: String?
    private let context: NIOSSLContext

    package init(_ files: Files, serverName: String?) throws(TLSFault) {
        self.files = files
        self.serverName = serverName
        let paths = [files.authority, files.certificate?.chain, files.certificate?.key].compactMap { $0 }
        // Marks first: what changes while it is read is another at the next reload.
        marks = FileMark.marks(of: paths)
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        configuration.applicationProtocols = ["http/1.1"]
        configuration.shutdownTimeout = .seconds(2)
        if let authority = files.authority {
            do { configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authority)) } catch {
                throw TLSFault(description: "\(authority): no certificate in PEM can be read there")
            }
        }
        if let certificate = files.certificate {
            let identity = try TLSIdentity(certificate)
            configuration.certificateChain = identity.chain.map { .certificate($0) }
            configuration.privateKey = .privateKey(identity.key)
        }
        do { context = try NIOSSLContext(configuration: configuration) } catch {
            throw TLSFault(description: "TLS to the upstream can't be set up: \(error)")
        }
    }

    package static func == (one: Self, other: Self) -> Bool {
        one.files == other.files && one.marks == other.marks && one.serverName == other.serverName
    }

    /// - Parameter name: the host of the server; nil where it is an address, which the certificate must be for then.
    func makeHandler(for name: String?) throws -> NIOSSLClientHandler {
        try NIOSSLClientHandler(context: context, serverHostname: serverName ?? name)
    }

    /// Whether the certificate that was verified is for the name. NIOSSL is content with one for the server's address,
    /// although a name was asked for: then whoever holds such a certificate could take any name's place.
    func accepts(_ certificate: NIOSSLCertificate?, for name: String?) -> Bool {
        guard let name = serverName ?? name else { return true }
        return certificate.map { TLSIdentity.isAny(of: TLSIdentity.hosts(of: $0), for: name.lowercased()) } ?? false
    }
}
