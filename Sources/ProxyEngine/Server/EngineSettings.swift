/// What the engine is told at start.
package struct EngineSettings: Sendable {
    package var upstreams: [UpstreamAddress]
    package var limits: EngineLimits
    package var requestFields: FieldCatalogue
    let responseFields = FieldCatalogue.response()

    /// - Parameter reserved: field names that no client may set, besides the engine's own.
    package init(upstreams: [UpstreamAddress], limits: EngineLimits, reserved: [String]) {
        self.upstreams = upstreams
        self.limits = limits
        self.requestFields = .request(reserved: reserved)
    }
}
