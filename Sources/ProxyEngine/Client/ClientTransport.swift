internal import NIOCore

/// How a client's connection reaches its client: a channel of HTTP/1.1, or a stream of HTTP/2.
protocol ClientTransport: ByteSink {
    /// What the upstream is told of the connection, by the settings in force.
    var forwarding: ForwardingFields { get }
    var peerKey: AddressKey? { get }
    var isWritable: Bool { get }
    /// Octets that were written and that the client has not taken.
    var octetsWaiting: Int? { get }

    /// - Returns: whether the client has taken so many octets since this was asked last; true at the first time of each answer.
    func hasTaken(_ octets: Int, of answer: Int) -> Bool
    /// What held back reading may have gone.
    func resume()
    /// Says ``ClientConnection/everythingIsWritten()`` when the client has been sent all that was written.
    func tellWhenWritten()
    func closeOutput()
    /// At once, whatever the client has not been sent yet.
    func close()
    /// The same, and the client can't take what it got for the whole.
    func abort()
}

/// The connections of one event loop: who is to be told of time and of the gateway's end.
protocol ClientList: AnyObject {
    func add(_ client: ClientConnection)
    func remove(_ client: ClientConnection)
    func add(_ connection: HTTP2Connection)
    func remove(_ connection: HTTP2Connection)
}
