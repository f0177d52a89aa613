import Glibc

/// Gigabytes that are in no file and in no array: each position has its byte, so that a lost or doubled piece shows.
enum LargeStream {
    /// A prime, so that no power of two of bytes too many or too few goes unseen.
    private static let period = 65_521
    private static let piece = 256 * 1024
    private static let bytes: [UInt8] = (0..<piece + period).map { position in
        let place = position % period
        return UInt8(truncatingIfNeeded: place &* 31 &+ (place >> 8))
    }

    /// Sends that many bytes. From `half` on it waits at most a moment for the other side to take more; when it does
    /// not, opens `stalled`, and goes on patiently.
    static func send(_ count: Int, on socket: Socket, pausingAt half: Int, stalled: Gate) throws {
        var sent = 0
        var hasStalled = false
        while sent < count {
            let start = sent % period
            let part = bytes[start..<start + min(piece, count - sent)]
            let isImpatient = !hasStalled && sent >= half
            switch socket.offer(part, until: .after(isImpatient ? .milliseconds(300) : .seconds(60))) {
            case .all: sent += part.count
            case .stalled(let some) where isImpatient:
                sent += some
                hasStalled = true
                stalled.open()
            case .stalled, .gone: throw HarnessFailure("the other side took only \(sent) bytes")
            }
        }
        guard hasStalled else { throw HarnessFailure("all was taken though nobody read") }
    }

    /// Receives that many bytes, of which `first` are here already, and compares each. At `half` it does not read on
    /// before `stalled` is open.
    static func receive(
        _ count: Int, startingWith first: [UInt8], from socket: Socket, pausingAt half: Int, stalled: Gate
    ) throws {
        var received = 0
        var hasPaused = false
        try compare(first, at: &received)
        while received < count {
            if !hasPaused, received >= half {
                hasPaused = true
                try stalled.wait(within: .seconds(60))
            }
            guard case .bytes(let part) = try socket.receive(until: .after(.seconds(60)), atMost: piece) else {
                throw HarnessFailure("the other side ended after \(received) bytes")
            }
            try compare(part, at: &received)
        }
        guard received == count else { throw HarnessFailure("\(received) bytes instead of \(count)") }
    }

    private static func compare(_ part: [UInt8], at position: inout Int) throws {
        let start = position % period
        let isSame = bytes.withUnsafeBytes { expected in
            part.withUnsafeBytes { actual in
                guard let there = expected.baseAddress, let here = actual.baseAddress else { return part.isEmpty }
                return part.count <= piece && memcmp(there + start, here, part.count) == 0
            }
        }
        guard isSame else { throw HarnessFailure("other bytes behind byte \(position)") }
        position += part.count
    }
}
