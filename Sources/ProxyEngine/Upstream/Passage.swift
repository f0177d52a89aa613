/// What the engine needs to know to forward a request that was permitted.
package struct Passage {
    /// The position of the upstream in the engine's list.
    package var upstream: Int
    /// Of the settings that the list belongs to. A passage by older ones is not used: the request is judged anew.
    package var generation: Int
    /// Whole field lines, each with its CRLF, that the gateway vouches for. They are written behind the client's
    /// fields, of which all with such names have been removed.
    package var vouched: [UInt8]
    /// Whether the field that carried the token goes on to the upstream.
    package var forwardsAuthorization: Bool
    /// Whether trailers go on, both ways; otherwise they are dropped.
    package var passesTrailers: Bool
    /// Instead of the engine's response timeout.
    package var responseTimeout: Duration?
    /// Octets of the request's body; nil: no limit.
    package var maxBody: Int?

    package init(
        upstream: Int, generation: Int = 0, vouched: [UInt8], forwardsAuthorization: Bool, passesTrailers: Bool = false,
        responseTimeout: Duration? = nil, maxBody: Int? = nil
    ) {
        self.upstream = upstream
        self.generation = generation
        self.vouched = vouched
        self.forwardsAuthorization = forwardsAuthorization
        self.passesTrailers = passesTrailers
        self.responseTimeout = responseTimeout
        self.maxBody = maxBody
    }
}
