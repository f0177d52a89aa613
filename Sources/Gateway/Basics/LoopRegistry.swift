internal import NIOCore
internal import Synchronization

/// What each event loop owns one of, for changes that have to reach them all.
final class LoopRegistry<Value>: Sendable {
    private struct Entry: Sendable {
        let eventLoop: any EventLoop
        let value: NIOLoopBound<Value>
    }

    private let entries = Mutex<[Entry]>([])

    /// On the event loop.
    func add(_ value: Value, of eventLoop: any EventLoop) {
        entries.withLock { $0.append(Entry(eventLoop: eventLoop, value: NIOLoopBound(value, eventLoop: eventLoop))) }
    }

    /// Returns when every event loop has made the change.
    func update(_ change: @escaping @Sendable (Value) -> Void) async {
        for entry in entries.withLock({ $0 }) {
            // Fails only when the event loop is gone, and its connections with it.
            try? await entry.eventLoop.submit { change(entry.value.value) }.get()
        }
    }
}
