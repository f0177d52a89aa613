internal import Synchronization

/// Opens once. Scripts of the upstream wait at it until the test lets them go on, and the other way round.
final class Gate: Sendable {
    private let isOpen = Mutex(false)

    var hasOpened: Bool { isOpen.withLock { $0 } }

    func open() { isOpen.withLock { $0 = true } }

    func wait(within duration: Duration = Deadline.usual) throws {
        try eventually("a gate to open", within: duration) { isOpen.withLock { $0 } }
    }
}
