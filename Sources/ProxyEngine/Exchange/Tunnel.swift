/// A WebSocket that is passed on: where the frames of both sides stand, and why it ends.
struct Tunnel {
    /// Why it ends at the next end of a frame to the client.
    var closeCode: WebSocketFrames.CloseCode?
    var ofClient = WebSocketFrames()
    var ofUpstream = WebSocketFrames()
}
