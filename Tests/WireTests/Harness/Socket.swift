import Glibc
internal import Synchronization

/// A TCP socket on 127.0.0.1. One thread at a time uses it; closing it twice is harmless.
final class Socket: Sendable {
    enum Received {
        case bytes([UInt8])
        case end
        case reset
    }

    /// -1 once it is closed.
    private let handle: Atomic<Int32>
    private var descriptor: Int32 { handle.load(ordering: .acquiring) }

    init(adopting descriptor: Int32) {
        handle = Atomic(descriptor)
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close() }

    /// - Parameters:
    ///   - source: the last number of an address 127.0.0.x to come from.
    ///   - room: octets that the kernel takes in before they are read.
    static func connected(to port: Int, from source: UInt8? = nil, room: Int32? = nil) throws -> Socket {
        let descriptor = try Descriptors.socket()
        if var room { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, socklen_t(MemoryLayout<Int32>.size)) }
        if let source, withAddress(port: 0, host: source, { bind(descriptor, $0, $1) }) != 0 {
            let reason = errno
            Glibc.close(descriptor)
            throw HarnessFailure("bind to 127.0.0.\(source): \(errorText(reason))")
        }
        guard withAddress(port: port, { connect(descriptor, $0, $1) }) == 0 else {
            let reason = errno
            Glibc.close(descriptor)
            throw HarnessFailure("connect to port \(port): \(errorText(reason))")
        }
        return Socket(adopting: descriptor)
    }

    /// Everything, unless the other side has gone, which is its good right: false then.
    @discardableResult
    func send(_ bytes: [UInt8], within duration: Duration = Deadline.usual) throws -> Bool {
        switch offer(bytes[...], until: .after(duration)) {
        case .all: return true
        case .gone: return false
        case .stalled(let sent): throw HarnessFailure("send: the other side takes no more after \(sent) bytes")
        }
    }

    enum Offered {
        case all
        case gone
        /// That many bytes, and no more.
        case stalled(Int)
    }

    func offer(_ bytes: ArraySlice<UInt8>, until deadline: Deadline) -> Offered {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                let rest = buffer.baseAddress?.advanced(by: sent)
                return Glibc.send(descriptor, rest, bytes.count - sent, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            if count > 0 {
                sent += count
            } else if errno == EAGAIN {
                guard wait(for: POLLOUT, until: deadline) else { return .stalled(sent) }
            } else if errno != EINTR {
                return .gone
            }
        }
        return .all
    }

    func receive(until deadline: Deadline, atMost limit: Int = 65536) throws -> Received {
        guard wait(for: POLLIN, until: deadline) else { throw HarnessFailure("receive: nothing came in time") }
        var count = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, initialized in
            count = recv(descriptor, buffer.baseAddress, limit, 0)
            initialized = max(0, count)
        }
        return count < 0 ? .reset : count == 0 ? .end : .bytes(bytes)
    }

    /// No more will be sent; the other direction stays open.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    func close() {
        let descriptor = handle.exchange(-1, ordering: .acquiringAndReleasing)
        if descriptor >= 0 { Glibc.close(descriptor) }
    }

    /// Closes with RST instead of FIN, and drops what was not sent yet.
    func reset() {
        var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    private func wait(for events: Int32, until deadline: Deadline) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        while true {
            let count = poll(&entry, 1, deadline.remainingMilliseconds)
            if count > 0 { return true }
            if count == 0 || errno != EINTR { return false }
        }
    }
}

// MARK: - Addresses, shared with `Listener`

/// 127.0.0.x.
func withAddress<Result>(port: Int, host: UInt8 = 1, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port)).bigEndian
    address.sin_addr.s_addr = (0x7F00_0000 | UInt32(host)).bigEndian
    return withUnsafePointer(to: address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}
