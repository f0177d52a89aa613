internal import Glibc

/// Where log lines go. A line that was cut is ended before the next one, so that no line holds a part of another.
struct LogOutput {
    private var descriptor: Int32
    /// nil for a stream that the gateway was given.
    private let path: String?
    private var isInsideLine = false

    init(descriptor: Int32, path: String? = nil) {
        self.descriptor = descriptor
        self.path = path
    }

    enum Written {
        case whole
        /// So many octets were written, and no more, because of this error.
        case cut(Int, Int32)
    }

    static func open(_ path: String) -> Result<Int32, LogWriter.OpenFailure> {
        // Without blocking: a pipe that has no reader would hold up the start, and later the log, for as long.
        let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK
        let descriptor = Glibc.open(path, flags, 0o640)
        guard descriptor >= 0 else {
            return .failure(LogWriter.OpenFailure(description: "log: \(path): \(String(cString: strerror(errno)))"))
        }
        return .success(descriptor)
    }

    mutating func write(_ lines: [UInt8]) -> Written {
        if isInsideLine {
            if case .cut(_, let error) = put([0x0A]) { return .cut(0, error) }
            isInsideLine = false
        }
        let written = put(lines)
        if case .cut(let count, _) = written { isInsideLine = count > 0 && lines[count - 1] != 0x0A }
        return written
    }

    mutating func reopen() -> LogWriter.OpenFailure? {
        guard let path else { return nil }
        switch Self.open(path) {
        case .failure(let failure): return failure
        case .success(let opened):
            close(descriptor)
            descriptor = opened
            isInsideLine = false
            return nil
        }
    }

    private func put(_ bytes: [UInt8]) -> Written {
        var start = 0
        while start < bytes.count {
            let count = bytes[start...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                start += count
            } else if errno == EAGAIN {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&waiting, 1, 1000)
            } else if errno != EINTR {
                return .cut(start, errno)
            }
        }
        return .whole
    }
}
