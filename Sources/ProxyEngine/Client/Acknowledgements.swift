internal import Glibc
internal import NIOCore

/// How much of what was written a client's system has acknowledged (TCP), which is how the gateway sees that somebody reads: the
/// kernel keeps megabytes for a client that reads slowly, and takes more from the channel in large steps only.
struct Acknowledgements {
    private var last: UInt64?
    private var answer = 0

    /// Counts anew from the next look on.
    mutating func reset() { last = nil }

    /// - Returns: whether at least `least` octets were acknowledged since the last look; true at the first of each answer.
    mutating func haveGrown(by least: Int, of answer: Int = 0, on context: ChannelHandlerContext?) -> Bool {
        if answer != self.answer { (last, self.answer) = (nil, answer) }
        guard let octets = context.flatMap(Self.octets) else { return false }
        defer { last = octets }
        return last.map { octets - $0 >= UInt64(least) } ?? true
    }

    /// Where `tcpi_bytes_acked` stands in Linux's `struct tcp_info`, whose layout is part of the kernel's interface; glibc's
    /// ends before it.
    private static let offset = 120

    /// Of the whole connection; nil where it is gone.
    private static func octets(_ context: ChannelHandlerContext) -> UInt64? {
        let read = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable {
            (socket: NIOBSDSocket.Handle) -> UInt64? in
            var information = InlineArray<16, UInt64>(repeating: 0)
            var length = socklen_t(MemoryLayout<InlineArray<16, UInt64>>.size)
            guard getsockopt(socket, CInt(IPPROTO_TCP), TCP_INFO, &information, &length) == 0,
                length >= offset + MemoryLayout<UInt64>.size
            else { return nil }
            return information[offset / MemoryLayout<UInt64>.size]
        }
        return read ?? nil
    }
}
