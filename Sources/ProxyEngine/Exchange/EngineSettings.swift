/// What the engine is told at start.
package struct EngineSettings: Sendable {
    package var upstreams: [UpstreamSettings]
    /// Grows with each reload.
    package var generation: Int
    package var limits: EngineLimits
    package var requestFields: FieldCatalogue
    /// Proxies in front of the gateway whose word about the client is taken.
    package var trustedProxies: [AddressRange]
    let responseFields: FieldCatalogue

    /// - Parameters:
    ///   - reserved: field names that no client may set, besides the engine's own.
    ///   - droppedOfResponses: field names that no upstream may set, since the gatekeeper does.
    package init(
        upstreams: [UpstreamSettings], generation: Int = 0, limits: EngineLimits, reserved: [String],
        droppedOfResponses: [String] = [],
        trustedProxies: [AddressRange] = []
    ) {
        self.upstreams = upstreams
        self.generation = generation
        self.limits = limits
        self.trustedProxies = trustedProxies
        responseFields = .response(dropped: droppedOfResponses)
        self.requestFields = .request(reserved: reserved)
    }

    /// An upstream that is the same is known as it was: its event loops keep what they know of its servers, so whoever else
    /// looks must see that.
    func keepingStates(of old: [UpstreamSettings]) -> EngineSettings {
        var settings = self
        for (index, upstream) in upstreams.enumerated() {
            if let same = old.first(where: { $0 == upstream }) { settings.upstreams[index].states = same.states }
        }
        return settings
    }
}
