import Glibc
internal import Synchronization

/// Descriptors that no child process inherits: one that did would keep a connection open behind our back.
/// Swift sees neither pipe2 nor accept4, so making a descriptor and marking it, and starting a process, exclude
/// each other.
enum Descriptors {
    private static let lock = Mutex(())

    static func exclusively<Result>(_ body: () -> Result) -> Result { lock.withLock { _ in body() } }

    static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        let result = exclusively {
            let result = Glibc.pipe(&ends)
            ends.forEach { _ = fcntl($0, F_SETFD, FD_CLOEXEC) }
            return result
        }
        guard result == 0 else { throw HarnessFailure("pipe: \(errorText(errno))") }
        return (ends[0], ends[1])
    }

    static func socket() throws -> Int32 {
        let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw HarnessFailure("socket: \(errorText(errno))") }
        return descriptor
    }

    /// For a listening socket that does not block: -1 and EAGAIN when nobody is there any more.
    static func accept(from listener: Int32) -> Int32 {
        exclusively {
            let accepted = Glibc.accept(listener, nil, nil)
            if accepted >= 0 { _ = fcntl(accepted, F_SETFD, FD_CLOEXEC) }
            return accepted
        }
    }
}

func errorText(_ error: Int32) -> String { String(cString: strerror(error)) }
