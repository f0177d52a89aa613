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
}
