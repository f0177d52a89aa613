internal import Dispatch
internal import Foundation
internal import Glibc
internal import Synchronization

/// Hashes passwords on a few threads of their own, at low priority, so that a flood of logins can't slow the proxy: what
/// does not fit into its queue is refused at once.
final class HashingPool: Sendable {
    private struct State {
        var queue: [@Sendable () -> Void] = []
        var isStopped = false
    }

    struct Overloaded: Error {}

    /// Linux's SCHED_IDLE, which glibc's headers show with _GNU_SOURCE only: whatever else wakes runs at once. Niceness is not
    /// enough: a thread at 19 keeps the processor to the end of its slice.
    private static let idlePolicy: Int32 = 5

    /// Waiting hashes for each thread: at 250 ms each, the last one waits four seconds.
    static let queuedPerThread = 16

    private let state = Mutex(State())
    private let available = DispatchSemaphore(value: 0)
    private let threads: Int

    /// - Parameter threads: at least one; cores − 1 leaves a core to the proxy.
    init(threads: Int) {
        self.threads = max(threads, 1)
        for _ in 0..<self.threads { start() }
    }

    private func start() {
        Thread.detachNewThread { [self] in
            var parameters = sched_param()
            sched_setscheduler(0, Self.idlePolicy, &parameters)
            work()
        }
    }

    private func work() {
        while true {
            available.wait()
            let job: (@Sendable () -> Void)? = state.withLock { state in
                state.queue.isEmpty ? nil : state.queue.removeFirst()
            }
            if let job { job() } else if state.withLock({ $0.isStopped }) { return }
        }
    }

    /// Ends the threads when what waits has been done.
    func stop() {
        state.withLock { $0.isStopped = true }
        for _ in 0..<threads { available.signal() }
    }

    /// - Throws: ``Overloaded`` when too many wait already.
    func run<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async throws(Overloaded) -> Result {
        let limit = threads * Self.queuedPerThread
        let result: Result? = await withCheckedContinuation { continuation in
            let isQueued = state.withLock { state in
                guard state.queue.count < limit, !state.isStopped else { return false }
                state.queue.append { continuation.resume(returning: work()) }
                return true
            }
            if isQueued { available.signal() } else { continuation.resume(returning: nil) }
        }
        guard let result else { throw Overloaded() }
        return result
    }
}
