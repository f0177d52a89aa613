internal import NIOCore
internal import ProxyEngine
internal import Routes

/// One line for every request, refused ones included; never a token, a secret or a query, which may hold either.
///
/// One for each event loop. Lines are collected and handed to the writer in batches: when there are many at once, or
/// at the latest after `interval`.
final class AccessLog {
    static let batchOctets = 16 * 1024
    static let interval = TimeAmount.milliseconds(100)

    private let writer: LogWriter
    private let format: LogSettings.Format
    private let eventLoop: any EventLoop
    private var batch = LogLine()
    private var timestamps = Timestamps()
    private var flushIsScheduled = false

    init(writer: LogWriter, format: LogSettings.Format, eventLoop: any EventLoop) {
        self.writer = writer
        self.format = format
        self.eventLoop = eventLoop
    }

    func record(_ exchange: Exchange) {
        switch format {
        case .json: appendJSON(exchange)
        case .text: appendText(exchange)
        }
        if batch.octets.count >= Self.batchOctets { flush() } else { scheduleFlush() }
    }

    func flush() {
        guard !batch.octets.isEmpty else { return }
        writer.write(batch.octets)
        batch.octets.removeAll(keepingCapacity: true)
    }

    private func scheduleFlush() {
        guard !flushIsScheduled else { return }
        flushIsScheduled = true
        eventLoop.assumeIsolated().scheduleTask(in: Self.interval) { [self] in
            flushIsScheduled = false
            flush()
        }
    }

    private func appendJSON(_ exchange: Exchange) {
        let (head, result) = (exchange.head, exchange.result)
        batch.raw("{\"time\":\"")
        batch.append(timestamps.text(at: exchange.receivedAt))
        batch.raw("\",\"request_id\":\"")
        exchange.id.withDigits { batch.octets.append($0) }
        batch.raw("\",\"client\":")
        batch.jsonString(exchange.clientAddressText)
        batch.raw(",\"method\":")
        batch.jsonString(head.bytes, head.method)
        batch.raw(",\"path\":")
        batch.jsonString(head.bytes, head.path)
        batch.raw(",\"rule\":")
        if exchange.attribution.ruleLine > 0 { batch.number(exchange.attribution.ruleLine) } else { batch.raw("null") }
        batch.raw(",\"user\":")
        if let user = exchange.attribution.user { batch.jsonString(user) } else { batch.raw("null") }
        batch.raw(",\"status\":")
        batch.number(result.status)
        batch.raw(",\"code\":")
        if let code = result.code { batch.jsonString(code.utf8) } else { batch.raw("null") }
        batch.raw(",\"bytes\":")
        batch.number(result.responseOctets)
        batch.raw(",\"duration_ms\":")
        batch.milliseconds(result.duration.nanoseconds)
        batch.raw(",\"upstream\":")
        if let upstream = result.upstream { batch.jsonString(upstream.utf8) } else { batch.raw("null") }
        if let detail = exchange.attribution.detail ?? result.fault {
            batch.raw(",\"detail\":")
            batch.jsonString(detail.utf8)
        }
        if result.isTruncated { batch.raw(",\"truncated\":true") }
        batch.raw("}\n")
    }

    /// The same for people: `time client user "METHOD path" status code bytes duration rule request-id`.
    private func appendText(_ exchange: Exchange) {
        let (head, result) = (exchange.head, exchange.result)
        batch.append(timestamps.text(at: exchange.receivedAt))
        batch.raw(" ")
        batch.text(exchange.clientAddressText)
        batch.raw(" ")
        batch.text(exchange.attribution.user ?? [0x2D])
        batch.raw(" ")
        batch.text(head.bytes, head.method)
        batch.raw(" ")
        batch.text(head.bytes, head.path)
        batch.raw(" ")
        batch.number(result.status)
        batch.raw(" ")
        batch.text((result.code ?? "-").utf8)
        batch.raw(" ")
        batch.number(result.responseOctets)
        batch.raw(" ")
        batch.milliseconds(result.duration.nanoseconds)
        batch.raw("ms rule=")
        batch.number(exchange.attribution.ruleLine)
        batch.raw(" upstream=")
        batch.text((result.upstream ?? "-").utf8)
        batch.raw(" id=")
        exchange.id.withDigits { batch.octets.append($0) }
        if let detail = exchange.attribution.detail ?? result.fault {
            batch.raw(" detail=")
            batch.text(detail.utf8)
        }
        if result.isTruncated { batch.raw(" truncated") }
        batch.raw("\n")
    }
}
