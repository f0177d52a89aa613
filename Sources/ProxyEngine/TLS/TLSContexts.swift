internal import NIOCore
internal import NIOSSL
internal import Synchronization

/// The TLS of one listener: certificates that are read again when their files change. Connections that are there keep theirs.
package final class TLSContexts: Sendable {
    private struct State {
        var context: NIOSSLContext
        var marks: [String]
    }

    private let settings: TLSSettings
    private let state: Mutex<State>

    package init(_ settings: TLSSettings) throws(TLSFault) {
        self.settings = settings
        // Marks first: what changes while it is read is read again.
        let marks = Self.marks(settings)
        state = Mutex(State(context: try Self.makeContext(settings), marks: marks))
    }

    var current: NIOSSLContext { state.withLock { $0.context } }

    /// - Returns: whether the files had changed, and are in use now.
    /// - Throws: where they can't be used; what was in use goes on, and the next call tries again.
    package func refresh() throws(TLSFault) -> Bool {
        let marks = Self.marks(settings)
        guard marks != state.withLock({ $0.marks }) else { return false }
        let context = try Self.makeContext(settings)
        state.withLock { $0 = State(context: context, marks: marks) }
        return true
    }

    private static func makeContext(_ settings: TLSSettings) throws(TLSFault) -> NIOSSLContext {
        var identities: [TLSIdentity] = []
        for files in settings.certificates { identities.append(try TLSIdentity(files)) }
        guard let first = identities.first else { throw TLSFault(description: "there is no certificate") }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: first.chain.map { .certificate($0) }, privateKey: .privateKey(first.key))
        configuration.minimumTLSVersion = settings.minimum == .tls13 ? .tlsv13 : .tlsv12
        // TLS 1.2 has one cipher for each kind of key, the mandatory one of RFC 9325 §4.2: with forward secrecy, authenticated,
        // in hardware nearly everywhere. So no client chooses a worse one, which NIOSSL could not forbid it.
        configuration.cipherSuiteValues = [
            .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        ]
        configuration.applicationProtocols = settings.http2 ? ["h2", "http/1.1"] : ["http/1.1"]
        configuration.shutdownTimeout = .seconds(2)
        if let authority = settings.clientAuthority {
            do {
                configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authority))
            } catch { throw TLSFault(description: "\(authority): no certificate in PEM can be read there") }
            configuration.certificateVerification =
                settings.clientCertificate == .required ? .noHostnameVerification : .optionalVerification
        }
        if identities.count > 1 { configuration.sslContextCallback = choice(among: identities) }
        do { return try NIOSSLContext(configuration: configuration) } catch {
            throw TLSFault(description: "TLS can't be set up: \(error)")
        }
    }

    /// By the host that the client names (RFC 6066 §3); the first certificate for others.
    private static func choice(among identities: [TLSIdentity]) -> NIOSSLContextCallback {
        { values, promise in
            var override = NIOSSLContextConfigurationOverride.noChanges
            if let host = values.serverHostname?.lowercased(),
                let identity = identities.first(where: { $0.isFor(host) })
            {
                override.certificateChain = identity.chain.map { .certificate($0) }
                override.privateKey = .privateKey(identity.key)
            }
            promise.succeed(override)
        }
    }

    private static func marks(_ settings: TLSSettings) -> [String] {
        let paths = settings.certificates.flatMap { [$0.chain, $0.key] } + [settings.clientAuthority].compactMap { $0 }
        return FileMark.marks(of: paths)
    }
}
