internal import Glibc
internal import NIOCore

/// Bytes to replies and back, on one channel. It decides nothing.
final class RedisChannelHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let reader: ReplyReader
    private var context: ChannelHandlerContext?
    /// Of the channel, for as long as it is active.
    private var socket: NIOBSDSocket.Handle?
    /// Nil once the connection is given up: what still arrives concerns nobody.
    private var owner: (any RedisChannelOwner)?

    init(owner: any RedisChannelOwner, limits: ReplyLimits) throws(ReplyFault) {
        reader = try ReplyReader(limits: limits)
        self.owner = owner
    }

    func send(_ bytes: ByteBuffer) {
        context?.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }

    /// Gives the connection up. The owner hears no more of it.
    func abandon() {
        owner = nil
        context?.close(promise: nil)
    }

    /// Whether something has come that was not read yet, or the end of the connection. An event loop learns of that by the order
    /// in which sockets became readable, and may be told of others first.
    var hasUnread: Bool {
        guard let socket else { return true }
        var octet: UInt8 = 0
        return recv(socket, &octet, 1, CInt(MSG_PEEK | MSG_DONTWAIT)) >= 0 || errno != EAGAIN
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        (self.context, socket) = (nil, nil)
    }

    func channelActive(context: ChannelHandlerContext) {
        guard let owner else {  // given up while it was being made
            context.close(promise: nil)
            return
        }
        socket = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable { (socket: NIOBSDSocket.Handle) in
            socket
        }
        owner.channelConnected()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do throws(ReplyFault) {
            try reader.feed(unwrapInboundIn(data))
            // The owner may give the connection up in the middle: the rest is then no longer of interest.
            while let owner, let reply = try reader.next() {
                owner.channelReceived(reply)
            }
        } catch {
            fail(.protocolViolation(error))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        socket = nil
        fail(.connectionLost)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(.connectionLost)
    }

    private func fail(_ failure: BlacklistFailure) {
        let owner = owner
        abandon()
        owner?.channelFailed(failure)
    }
}
