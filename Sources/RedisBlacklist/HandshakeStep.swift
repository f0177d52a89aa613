/// What a new connection must get through before anything else is sent.
package enum HandshakeStep: String, Sendable {
    case authenticate = "authentication"
    case select = "database selection"
    /// One lookup, which answers only when the server is loaded and the user may ask.
    case probe = "first lookup"
}
