internal import Logging
internal import ProxyEngine
internal import Routes

/// Makes what a listener needs to speak TLS, and keeps its certificates up to date.
struct ListenerSetup {
    /// How long a changed certificate may take to be used.
    private static let interval: Duration = .seconds(1)

    /// In the order of the configuration's listeners.
    let options: [ListenerOptions]

    init(_ configuration: Configuration) throws(StartFailure) {
        var options: [ListenerOptions] = []
        for listener in configuration.listeners {
            do throws(TLSFault) {
                options.append(try ListenerOptions(listener, besides: configuration.file))
            } catch { throw StartFailure("\(configuration.file):\(listener.line): \(error)") }
        }
        self.options = options
    }

    /// Until it is cancelled. A certificate that can't be used leaves the one before in use, and is told once.
    func watch(_ logger: Logger) async {
        let contexts = options.compactMap(\.tls)
        guard !contexts.isEmpty else { return }
        var failure = ""
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.interval)
            for tls in contexts {
                do throws(TLSFault) {
                    if try tls.refresh() {
                        failure = ""
                        logger.notice("tls: the certificates have changed; new connections get the new ones")
                    }
                } catch {
                    if error.description != failure {
                        logger.error("tls: \(error.description.printable); the old certificates stay in use")
                    }
                    failure = error.description
                }
            }
        }
    }
}

extension ListenerOptions {
    init(_ listener: Listener, besides file: String) throws(TLSFault) {
        let tls = try listener.tls.map { tls throws(TLSFault) in try TLSContexts(TLSSettings(tls, besides: file)) }
        let strict = listener.tls?.strictTransport.map {
            "Strict-Transport-Security: max-age=\($0.components.seconds)\r\n"
        }
        self.init(tls: tls, redirectPort: listener.redirectPort, responseLines: strict ?? "")
    }
}

extension TLSSettings {
    fileprivate init(_ tls: Listener.TLS, besides file: String) {
        let minimum: Version =
            switch tls.minimum {
            case .tls12: .tls12
            case .tls13: .tls13
            }
        let client: ClientCertificate =
            switch tls.clientCertificate {
            case .optional: .optional
            case .required: .required
            }
        self.init(
            certificates: tls.certificates.map {
                Certificate(
                    chain: FileAccess.resolve($0.chain, besides: file), key: FileAccess.resolve($0.key, besides: file))
            }, minimum: minimum, clientAuthority: tls.clientAuthority.map { FileAccess.resolve($0, besides: file) },
            clientCertificate: client, http2: tls.http2)
    }
}
