internal import Logging
internal import ProxyEngine
internal import Routes

/// Makes the engine's settings with what the files of the configuration hold for TLS to upstreams.
enum UpstreamSetup {
    static func serving(_ policy: GatewayPolicy, _ logger: Logger) throws(StartFailure) -> EngineSettings {
        var settings = EngineSettings(policy)
        let file = policy.configuration.file
        for (index, upstream) in policy.configuration.upstreams.enumerated() {
            settings.upstreams[index].states = states(of: upstream, logger)
            guard let tls = upstream.tls else { continue }
            do throws(TLSFault) {
                settings.upstreams[index].tls = try UpstreamTLS(
                    UpstreamTLS.Files(tls, besides: file), serverName: tls.serverName)
            } catch { throw StartFailure("\(file):\(upstream.line): \(error)") }
        }
        return settings
    }

    /// Each change of a server is told once, whichever event loop saw it.
    private static func states(of upstream: Upstream, _ logger: Logger) -> UpstreamStates {
        UpstreamStates(upstream.servers.map(\.text)) { server, change in
            let name = "upstream \(upstream.name): \(server)"
            switch change {
            case .ejected:
                let time = upstream.ejection.map { " for \($0.duration)" } ?? ""
                logger.warning("\(name) has given no answer several times in a row: it is left out\(time) at a time")
            case .back: logger.notice("\(name) answers again")
            case .down(let reason):
                logger.warning("\(name) is left out, since it fails its health check: \(reason.printable)")
            case .up: logger.notice("\(name) passes its health check again")
            }
        }
    }
}

extension UpstreamTLS.Files {
    fileprivate init(_ tls: Upstream.TLS, besides file: String) {
        var certificate: TLSSettings.Certificate?
        if let chain = tls.chain, let key = tls.key {
            certificate = TLSSettings.Certificate(
                chain: FileAccess.resolve(chain, besides: file), key: FileAccess.resolve(key, besides: file))
        }
        self.init(authority: tls.authority.map { FileAccess.resolve($0, besides: file) }, certificate: certificate)
    }
}
