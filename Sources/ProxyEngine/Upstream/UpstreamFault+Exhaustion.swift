internal import Glibc
internal import NIOCore
internal import NIOPosix

extension UpstreamFault {
    /// Why no connection could be made: the server's fault, unless it is ours.
    init(connecting error: any Error) {
        if let fault = error as? UpstreamFault {
            self = fault
            return
        }
        let attempts = (error as? NIOConnectionError)?.connectionErrors.map(\.error) ?? [error]
        let isExhausted = attempts.contains { attempt in
            guard let error = attempt as? IOError else { return false }
            return [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode)
        }
        self = isExhausted ? .exhausted : .unreachable(attempts.last.map(Self.reason) ?? "its name has no address")
    }

    /// In the operating system's words, without those of libraries.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case ChannelError.connectTimeout: "connect-timeout has passed"
        default: "\(error)"
        }
    }
}
