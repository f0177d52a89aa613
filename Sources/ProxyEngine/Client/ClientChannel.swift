internal import Glibc
internal import NIOCore
internal import NIOTLS

/// The channel of a client's connection, plain or behind TLS.
final class ClientChannel: ChannelDuplexHandler, RemovableChannelHandler, ClientTransport, FlushableConnection {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let services: ExchangeServices
    private let loop: LoopServices
    private let list: any ClientList
    private let listener: ListenerOptions
    private let connection: ClientConnection
    private var context: ChannelHandlerContext?
    private var isDirty = false
    private var holdsRead = false
    /// What the channel said last, which it says at each change: asking it for every request costs more.
    private(set) var isWritable = true
    private var acknowledged = Acknowledgements()
    private var peer = ForwardingPeer()
    private(set) lazy var peerKey = context?.channel.remoteAddress.flatMap { AddressKey($0) }

    init(services: ExchangeServices, list: any ClientList, listener: ListenerOptions, isTurnedAway: Bool) {
        (self.services, self.list, self.listener) = (services, list, listener)
        loop = services.loop
        connection = ClientConnection(services: services, list: list, listener: listener, isTurnedAway: isTurnedAway)
    }

    var forwarding: ForwardingFields {
        peer.fields(context?.channel.remoteAddress, by: services.settings, isSecure: listener.tls != nil)
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        connection.begin(on: self)
    }

    /// The channel is gone; also one that never became active, as it was closed while it was being accepted: NIO does not
    /// tell of its end otherwise, and nobody shall wait for it.
    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        isWritable = false
        connection.leaveTransport()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { connection.receive(unwrapInboundIn(data)) }

    func channelReadComplete(context: ChannelHandlerContext) {
        connection.burstEnded()
        loop.flush()
    }

    func channelInactive(context: ChannelHandlerContext) {
        connection.transportEnded()
        loop.flush()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        connection.close()
        loop.flush()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted(let negotiated)? = event as? TLSUserEvent, connection.isHandshaking {
            connection.handshakeEnded()
            if negotiated == "h2" { return becomeHTTP2(context) }
        }
        if case ChannelEvent.inputClosed? = event as? ChannelEvent {
            connection.inputEnded()
            loop.flush()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        if isWritable {
            connection.becameWritable()
            loop.flush()
        }
        context.fireChannelWritabilityChanged()
    }

    /// The client speaks HTTP/2 (RFC 7301, RFC 9113 §3.2): others take over before an octet of it was read.
    private func becomeHTTP2(_ context: ChannelHandlerContext) {
        connection.transportEnded()
        do {
            try HTTP2Connection.install(on: context.channel, services: services, list: list, listener: listener)
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        } catch { context.close(promise: nil) }
    }

    // MARK: Reading

    func read(context: ChannelHandlerContext) {
        if connection.mustHoldRead { holdsRead = true } else { context.read() }
    }

    func resume() {
        guard holdsRead, !connection.mustHoldRead else { return }
        holdsRead = false
        context?.read()
    }

    // MARK: Writing

    func write(_ buffer: ByteBuffer) {
        guard let context else { return }
        context.write(wrapOutboundOut(buffer), promise: nil)
        if !isDirty {
            isDirty = true
            loop.flushLater(self)
        }
    }

    func flushWrites() {
        isDirty = false
        context?.flush()
    }

    func hasTaken(_ octets: Int, of answer: Int) -> Bool {
        acknowledged.haveGrown(by: octets, of: answer, on: context)
    }

    var octetsWaiting: Int? { try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes) }

    // MARK: The end

    func tellWhenWritten() {
        guard let context else { return }
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { [connection] _ in connection.everythingIsWritten() }
        isDirty = false
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
    }

    func closeOutput() { context?.close(mode: .output, promise: nil) }

    func close() {
        flushWrites()
        context?.close(promise: nil)
    }

    func abort() {
        if let provider = context?.channel as? any SocketOptionProvider {
            provider.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenFailure { _ in }
        }
        close()
    }
}
