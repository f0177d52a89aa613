internal import ProxyEngine
internal import Routes

/// Makes the engine's settings with what the files of the configuration hold for TLS to upstreams.
enum UpstreamSetup {
    static func serving(_ policy: GatewayPolicy) throws(StartFailure) -> EngineSettings {
        var settings = EngineSettings(policy)
        let file = policy.configuration.file
        for (index, upstream) in policy.configuration.upstreams.enumerated() {
            guard let tls = upstream.tls else { continue }
            do throws(TLSFault) {
                settings.upstreams[index].tls = try UpstreamTLS(
                    UpstreamTLS.Files(tls, besides: file), serverName: tls.serverName)
            } catch { throw StartFailure("\(file):\(upstream.line): \(error)") }
        }
        return settings
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
