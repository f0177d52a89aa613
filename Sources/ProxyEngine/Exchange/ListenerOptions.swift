/// What is the same for all connections of one listener.
package struct ListenerOptions: Sendable {
    /// nil: plain HTTP.
    package var tls: TLSContexts?
    /// Every request is answered with a redirection to https at this port.
    package var redirectPort: Int?
    /// Whole field lines of every response, each with its CRLF.
    package var responseLines: String

    package init(tls: TLSContexts? = nil, redirectPort: Int? = nil, responseLines: String = "") {
        self.tls = tls
        self.redirectPort = redirectPort
        self.responseLines = responseLines
    }
}
