internal import NIOCore
internal import NIOSSL

/// A TLS handshake with an upstream's server, until it succeeded, failed or took too long.
final class UpstreamHandshake {
    /// What the operator is told when it fails; the first reason counts.
    var reason: String? {
        didSet { if let oldValue { reason = oldValue } }
    }
    private var accepts: (() -> Bool)?
    private var then: ((UpstreamFault?) -> Void)?
    private var timer: Scheduled<Void>?

    init(
        on eventLoop: any EventLoop, within limit: TimeAmount, accepts: @escaping () -> Bool,
        then: @escaping (UpstreamFault?) -> Void,
        giveUp: @escaping () -> Void
    ) {
        self.accepts = accepts
        self.then = then
        timer = eventLoop.assumeIsolated().scheduleTask(in: limit) { [weak self] in
            self?.reason = "the handshake took too long"
            giveUp()
        }
    }

    var isAccepted: Bool { accepts?() ?? false }

    func succeeded() { end(nil) }

    func failed() { end(.handshake(reason ?? "the server closed the connection")) }

    private func end(_ fault: UpstreamFault?) {
        timer?.cancel()
        timer = nil
        accepts = nil
        let then = then
        self.then = nil
        then?(fault)
    }
}

/// Why TLS failed, in words for the log.
enum TLSReason {
    static let otherHost = "the certificate is not for this host"

    static func text(of error: any Error) -> String {
        if let extra = error as? NIOSSLExtraError, extra == .failedToValidateHostname {
            return otherHost
        }
        let text = String(describing: error)
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return "the certificate is expired or of an authority that is not trusted"
        }
        return text.count > 200 ? String(text.prefix(200)) : text
    }
}
