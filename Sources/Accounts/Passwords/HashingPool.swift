internal import Foundation
internal import Glibc
internal import Synchronization

/// Hashes passwords on a few threads of their own, at the lowest priority, so that a flood of logins can't slow the proxy: what
/// does not fit into its queue is refused at once.
///
/// A thread is made for the first hash and ends with the last: an idle thread that waits would have to be given the processor
/// before the process can end, which takes seconds on a machine that has none to give.
final class HashingPool: Sendable {
    private typealias Job = @Sendable () -> Void

    private struct State {
        var queue: [Job] = []
        var running = 0
        var isStopped = false
    }

    struct Overloaded: Error {}

    /// Linux's SCHED_IDLE, which glibc's headers show with _GNU_SOURCE only: whatever else wakes runs at once. Niceness is not
    /// enough: a thread at 19 keeps the processor to the end of its slice.
    private static let idlePolicy: Int32 = 5

    /// Waiting hashes for each thread: at 250 ms each, the last one waits four seconds.
    static let queuedPerThread = 16

    private let state = Mutex(State())
    private let threads: Int

    /// - Parameter threads: at least one; cores − 1 leaves a core to the proxy.
    init(threads: Int) { self.threads = max(threads, 1) }

    /// No further hash is taken; those that wait are done.
    func stop() { state.withLock { $0.isStopped = true } }

    /// - Throws: ``Overloaded`` when too many wait already.
    func run<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async throws(Overloaded) -> Result {
        let result: Result? = await withCheckedContinuation { continuation in
            if !take({ continuation.resume(returning: work()) }) { continuation.resume(returning: nil) }
        }
        guard let result else { throw Overloaded() }
        return result
    }

    /// - Returns: whether the job will be done.
    private func take(_ job: @escaping Job) -> Bool {
        enum Place { case thread, queue, none }
        let place: Place = state.withLock { state in
            if state.isStopped { return .none }
            if state.running < threads {
                state.running += 1
                return .thread
            }
            guard state.queue.count < threads * Self.queuedPerThread else { return .none }
            state.queue.append(job)
            return .queue
        }
        switch place {
        case .thread: start(with: job)
        case .queue: break
        case .none: return false
        }
        return true
    }

    private func start(with first: @escaping Job) {
        Thread.detachNewThread { [self] in
            var parameters = sched_param()
            sched_setscheduler(0, Self.idlePolicy, &parameters)
            first()
            while let job = next() { job() }
        }
    }

    /// nil: the thread ends.
    private func next() -> Job? {
        state.withLock { state in
            guard state.queue.isEmpty else { return state.queue.removeFirst() }
            state.running -= 1
            return nil
        }
    }
}
