import NIOCore
import ProxyEngine

/// Notes what was written to it.
final class RecordingSink: ByteSink {
    private(set) var writes: [ByteBuffer] = []

    func write(_ buffer: ByteBuffer) { writes.append(buffer) }

    var text: String {
        writes.map { String(decoding: $0.readableBytesView, as: UTF8.self) }.joined()
    }
}
