internal import Glibc
internal import NIOCore
internal import NIOPosix

extension UpstreamFault {
    /// Why no connection could be made: the server's fault, unless it is ours.
    init(connecting error: any Error) {
        let attempts = (error as? NIOConnectionError)?.connectionErrors.map(\.error) ?? [error]
        let isExhausted = attempts.contains { attempt in
            guard let error = attempt as? IOError else { return false }
            return [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode)
        }
        self = isExhausted ? .exhausted : .unreachable
    }
}
