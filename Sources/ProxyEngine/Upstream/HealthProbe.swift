internal import NIOCore
internal import NIOTLS

/// One check of a server: a GET on a connection of its own, and what is made of the answer.
///
/// The head of the answer decides. Its body is read and thrown away, so that the server sees no reset where it answered as it
/// should.
final class HealthProbe: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let request: ByteBuffer
    private let rule: HealthCheckRule
    /// Whether the server that was verified is the right one; nil where there is no TLS.
    private let accepts: (() -> Bool)?
    private var then: ((CheckResult) -> Void)?
    private var reason = "it closed the connection without an answer"
    private var context: ChannelHandlerContext?
    private let catalogue = FieldCatalogue.response(dropped: [])
    private var input = ByteBuffer()
    private var headSearch = HeadSearch()
    private var interimCount = 0
    private var body = BodyDecoder(.none)
    private var bodyOctets = 0

    /// - Parameter then: called once.
    init(
        _ request: ByteBuffer, _ rule: HealthCheckRule, accepts: (() -> Bool)?, then: @escaping (CheckResult) -> Void
    ) {
        self.request = request
        self.rule = rule
        self.accepts = accepts
        self.then = then
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if accepts == nil { context.writeAndFlush(wrapOutboundOut(request), promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Its time is over, with or without an answer.
    func timeOut() { fail("it did not answer in time") }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let accepts, case .handshakeCompleted? = event as? TLSUserEvent {
            if accepts() {
                context.writeAndFlush(wrapOutboundOut(request), promise: nil)
            } else {
                fail(TLSReason.otherHost)
            }
        }
        if case ChannelEvent.inputClosed? = event as? ChannelEvent { close() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        input.writeBuffer(&buffer)
        if then == nil { readBody() } else { readHead() }
    }

    private func readHead() {
        let response = ResponseHead()
        while input.readableBytes > 0, headSearch.mayBeWhole(input, limit: EngineLimits().maxResponseHead) {
            switch response.read(input, isHead: false, catalogue: catalogue, limits: EngineLimits()) {
            case .incomplete: return headSearch.wasIncomplete(input)
            case .malformed(let fault): return fail(fault.explanation.description)
            case .complete where response.isInterim:
                headSearch.reset()
                interimCount += 1
                guard interimCount <= EngineLimits.maxInterim else {
                    return fail(ResponseFault.tooManyInterim.explanation.description)
                }
                input.moveReaderIndex(forwardBy: response.length)
            case .complete:
                input.moveReaderIndex(forwardBy: response.length)
                body = BodyDecoder(response.framing)
                end(rule.result(of: response.status))
                return readBody()
            }
        }
    }

    private func readBody() {
        while true {
            switch body.next(&input) {
            case .data(let piece):
                bodyOctets += piece.readableBytes
                if bodyOctets > EngineLimits.maxHealthBody { return close() }
            case .needMore: return
            case .end, .malformed: return close()
            }
        }
    }

    private func close() { context?.close(promise: nil) }

    func channelInactive(context: ChannelHandlerContext) {
        end(.failed(reason))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if then != nil, accepts != nil { reason = "no TLS: \(TLSReason.text(of: error))" }
        context.close(promise: nil)
    }

    private func fail(_ reason: String) {
        end(.failed(reason))
        close()
    }

    private func end(_ result: CheckResult) {
        let then = then
        self.then = nil
        then?(result)
    }
}
