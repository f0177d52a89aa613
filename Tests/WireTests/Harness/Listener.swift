import Glibc
internal import Synchronization

/// A listening socket on 127.0.0.1, or another address of this machine's own, on the port that was asked for or one that the kernel chooses.
final class Listener: Sendable {
    let port: Int
    private let descriptor: Int32
    private let isStopped = Mutex(false)

    /// - Parameter host: the last number of an address 127.0.0.x.
    init(port wanted: Int = 0, host: UInt8 = 1, backlog: Int32 = 128) throws {
        let descriptor = try Descriptors.socket()
        self.descriptor = descriptor
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        guard withAddress(port: wanted, host: host, { bind(descriptor, $0, $1) }) == 0, listen(descriptor, backlog) == 0
        else {
            throw HarnessFailure("listen on port \(wanted): \(errorText(errno))")
        }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            _ = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }

    /// nil when `stop` was called.
    func accept() -> Socket? {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while !isStopped.withLock({ $0 }) {
            guard poll(&entry, 1, -1) > 0 else { continue }
            let accepted = Descriptors.accept(from: descriptor)
            if accepted >= 0 { return Socket(adopting: accepted) }
        }
        return nil
    }

    /// Ends `accept` in whichever thread waits in it; connections are refused from now on.
    func stop() {
        isStopped.withLock { $0 = true }
        shutdown(descriptor, Int32(SHUT_RDWR))
    }
}
