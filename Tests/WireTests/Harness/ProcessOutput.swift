import Glibc
internal import Synchronization

/// What a process writes to one of its output streams, read by a thread of its own as it comes.
final class ProcessOutput: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var isComplete = false
    }

    private let state = Mutex(State())

    /// The end of the pipe that the process writes to; whoever starts it closes this one afterwards.
    let writeEnd: Int32

    init() throws {
        let (readEnd, writeEnd) = try Descriptors.pipe()
        self.writeEnd = writeEnd
        onThread { self.read(readEnd) }
    }

    /// Read under the lock: an array taken out of it would be one more that the reading thread has to copy.
    var text: String { state.withLock { String(decoding: $0.bytes, as: UTF8.self) } }

    /// The process, and whoever inherited the stream from it, has closed it.
    var isComplete: Bool { state.withLock { $0.isComplete } }

    private func read(_ descriptor: Int32) {
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count > 0 {
                state.withLock { $0.bytes += buffer[..<count] }
            } else if count == 0 || errno != EINTR {
                break
            }
        }
        close(descriptor)
        state.withLock { $0.isComplete = true }
    }
}
