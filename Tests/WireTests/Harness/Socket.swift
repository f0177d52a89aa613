import Glibc

/// A TCP socket on 127.0.0.1. One thread at a time uses it; closing it twice is harmless.
final class Socket: @unchecked Sendable {  // the descriptor is written by `close` only, on the owner's thread
    enum Received {
        case bytes([UInt8])
        case end
        case reset
    }

    private var descriptor: Int32

    init(adopting descriptor: Int32) {
        self.descriptor = descriptor
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close() }

    static func connected(to port: Int) throws -> Socket {
        let descriptor = try Descriptors.socket()
        guard withAddress(port: port, { connect(descriptor, $0, $1) }) == 0 else {
            let reason = errno
            Glibc.close(descriptor)
            throw HarnessFailure("connect to port \(port): \(errorText(reason))")
        }
        return Socket(adopting: descriptor)
    }

    /// Everything, or as much as the other side takes: false when it has gone, which is its good right.
    @discardableResult
    func send(_ bytes: [UInt8], within duration: Duration = Deadline.usual) throws -> Bool {
        let deadline = Deadline.after(duration)
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(
                    descriptor, buffer.baseAddress?.advanced(by: sent), bytes.count - sent,
                    Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            if count > 0 {
                sent += count
            } else if errno == EAGAIN {
                guard wait(for: POLLOUT, until: deadline) else { throw HarnessFailure("send: timed out after \(sent)") }
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    func receive(until deadline: Deadline, atMost limit: Int = 65536) throws -> Received {
        guard wait(for: POLLIN, until: deadline) else { throw HarnessFailure("receive: nothing came in time") }
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            count = max(-1, recv(descriptor, buffer.baseAddress, limit, 0)) + 1
        }
        // One more than was received, so that an error (-1) is no bytes at all.
        return bytes.isEmpty ? .reset : bytes.count == 1 ? .end : .bytes(Array(bytes.dropLast()))
    }

    /// No more will be sent; the other direction stays open.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    func close() {
        guard descriptor >= 0 else { return }
        Glibc.close(descriptor)
        descriptor = -1
    }

    /// Closes with RST instead of FIN, and drops what was not sent yet.
    func reset() {
        var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    /// A small receive buffer makes the sender feel a slow reader after little data.
    func limitReceiveBuffer(to bytes: Int) {
        var size = Int32(bytes)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
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

func withAddress<Result>(port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port)).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
}
