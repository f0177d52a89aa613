internal import NIOCore
internal import NIOHPACK
internal import NIOHTTP2

/// One stream and its ``ClientConnection``, for which the stream is a connection with one request.
final class HTTP2Stream: ClientTransport {
    typealias Payload = HTTP2Frame.FramePayload

    let id: HTTP2StreamID
    let connection: HTTP2Connection
    private var client: ClientConnection?
    private var request = HTTP2RequestReader()
    private var response = HTTP2ResponseReader()
    private var window = HTTP2Window(target: EngineLimits.streamWindow)
    /// What came while the client's connection did not read.
    private var pending = CircularBuffer<Payload>(initialCapacity: 0)
    private var isDelivering = false
    /// Octets of the response that the client's windows keep back.
    private(set) var unsent = 0
    /// What `unsent` would be now, had the client taken none since that was looked at last; before, any number.
    private var expected = Int.max
    private var expectedAnswer = 0
    private var acknowledged = Acknowledgements()
    private var isFull = false
    /// The frame that ends the response has been sent, however long the client's window kept it back.
    private var responseIsOut = false
    private var tellsWhenSent = false
    /// Nothing of what still comes is passed on.
    private var isRefused = false
    private var isReset = false
    private var isClosed = false
    /// It stands in the connection's list of those to be settled.
    var isTouched = false

    init(id: HTTP2StreamID, connection: HTTP2Connection) { (self.id, self.connection) = (id, connection) }

    var forwarding: ForwardingFields { connection.forwarding }
    var peerKey: AddressKey? { connection.peerKey }

    func begin(_ client: ClientConnection) {
        self.client = client
        client.begin(on: self)
    }

    // MARK: The request

    func receive(_ payload: Payload) {
        switch payload {
        case .data(let frame):
            window.received(frame.data.readableBytes)
            if frame.endStream { window.isClosed = true }
        case .headers(let frame): if frame.endStream { window.isClosed = true }
        case .priority, .rstStream, .settings, .pushPromise, .ping, .goAway, .windowUpdate, .alternativeService,
            .origin:
            return
        }
        pending.append(payload)
        deliver()
    }

    /// The client's connection may read again.
    func resume() {
        guard !pending.isEmpty, !isDelivering else { return }
        deliver()
        connection.loop.flush()
    }

    /// Not entered twice: what taking a frame brings about goes on in this loop.
    private func deliver() {
        guard !isDelivering else { return }
        isDelivering = true
        defer { isDelivering = false }
        while let client, !client.mustHoldRead, let payload = pending.popFirst() {
            pass(payload, to: client)
            if case .data(let frame) = payload, let increment = window.taken(frame.data.readableBytes), !isClosed {
                connection.send(.windowUpdate(windowSizeIncrement: increment), on: id)
            }
        }
    }

    private func pass(_ payload: Payload, to client: ClientConnection) {
        guard !isRefused else { return }
        var out = ByteBuffer()
        let fault: RequestFault?
        switch payload {
        case .headers(let frame) where request.awaitsHead:
            fault = request.readHead(frame.headers, ends: frame.endStream, into: &out)
            if let fault {
                isRefused = true
                return client.refuseHead(fault)
            }
        case .headers(let frame): fault = request.readTrailers(frame.headers, ends: frame.endStream, into: &out)
        case .data(let frame):
            guard case .byteBuffer(var bytes) = frame.data else { return }
            fault = request.readData(&bytes, ends: frame.endStream, into: &out)
        case .priority, .rstStream, .settings, .pushPromise, .ping, .goAway, .windowUpdate, .alternativeService,
            .origin:
            return
        }
        if let fault {
            isRefused = true
            return client.refuseBody(fault)
        }
        if out.readableBytes > 0 { client.receive(out) }
    }

    func windowChanged(to size: Int) {
        if let increment = window.changed(to: size) {
            connection.send(.windowUpdate(windowSizeIncrement: increment), on: id)
        }
    }

    func windowChanged(by delta: Int) { window.changed(by: delta) }

    // MARK: The response

    /// Above the upper mark the upstream is not read.
    var isWritable: Bool { !isFull && connection.isWritable }

    func write(_ bytes: ByteBuffer) {
        if expected < .max { expected += bytes.readableBytes }
        guard bytes.readableBytes > 0, !response.isEnded, !isReset, !isClosed else { return }
        response.take(bytes)
        while let event = response.next(isHead: request.isHead, indexing: &connection.indexing) { send(event) }
    }

    private func send(_ event: HTTP2ResponseReader.Event) {
        switch event {
        case .head(let headers, let ends): connection.send(.headers(.init(headers: headers, endStream: ends)), on: id)
        case .data(let bytes, let ends):
            unsent += bytes.readableBytes
            if unsent > EngineLimits.streamWaterMark.high { isFull = true }
            connection.send(.data(.init(data: .byteBuffer(bytes), endStream: ends)), on: id)
        case .trailers(let headers): connection.send(.headers(.init(headers: headers, endStream: true)), on: id)
        case .malformed: reset(.internalError)
        }
    }

    /// NIOHTTP2 is writing a frame of it. What follows from that waits until it has done so: ``settle()``.
    func wrote(_ payload: Payload) {
        switch payload {
        case .data(let frame):
            unsent -= frame.data.readableBytes
            if frame.endStream { responseIsOut = true }
        case .headers(let frame): if frame.endStream { responseIsOut = true }
        case .priority, .rstStream, .settings, .pushPromise, .ping, .goAway, .windowUpdate, .alternativeService,
            .origin:
            return
        }
    }

    func settle() {
        guard !isClosed else { return }
        if responseIsOut {
            // The client need not send the rest of a request that is answered (RFC 9113 §8.1).
            if !request.isEnded { reset(isRefused ? .protocolError : .noError) }
            if tellsWhenSent {
                tellsWhenSent = false
                client?.everythingIsWritten()
            }
        }
        if isFull, unsent <= EngineLimits.streamWaterMark.low {
            isFull = false
            connectionBecameWritable()
        }
    }

    // MARK: What its client takes

    var octetsWaiting: Int? { unsent }

    /// What the stream's window holds back is its own; the rest is for its connection to take.
    func hasTaken(_ octets: Int, of answer: Int) -> Bool {
        if answer != expectedAnswer { (expected, expectedAnswer) = (.max, answer) }
        let isTakingOctets = acknowledged.haveGrown(by: octets, of: answer, on: connection.context)
        guard unsent > 0 else { return isTakingOctets }
        defer { expected = unsent }
        return expected - unsent >= octets
    }

    func connectionBecameWritable() {
        if isWritable { client?.becameWritable() }
    }

    // MARK: The end

    /// When the whole response was sent; at once, where there is none to wait for.
    func tellWhenWritten() {
        if response.isEnded, !responseIsOut { tellsWhenSent = true } else { client?.everythingIsWritten() }
    }

    /// A stream whose response is whole closes by itself; any other must not look whole. One whose request was not looked at may be
    /// asked for again (RFC 9113 §8.7).
    func close() {
        if !responseIsOut { reset(request.awaitsHead ? .refusedStream : .internalError) }
    }

    func abort() { close() }

    /// The end of the response is that of the stream.
    func closeOutput() {}

    private func reset(_ code: HTTP2ErrorCode) {
        guard !isReset, !isClosed else { return }
        isReset = true
        connection.send(.rstStream(code), on: id)
    }

    /// Nothing more passes in either direction.
    func closed() {
        isClosed = true
        pending.removeAll()
        let client = client
        self.client = nil
        client?.transportEnded()
        client?.leaveTransport()
    }
}
