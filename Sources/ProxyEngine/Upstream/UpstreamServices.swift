/// What the connections to upstreams share on one event loop.
final class UpstreamServices {
    let loop: LoopServices
    /// Of the settings in force.
    var responseFields: FieldCatalogue

    init(loop: LoopServices, responseFields: FieldCatalogue) {
        self.loop = loop
        self.responseFields = responseFields
    }
}
