internal import Dispatch
internal import Foundation
internal import Glibc
internal import Synchronization

/// Hashes passwords on a few threads of their own, at the lowest priority, so that a flood of logins can't slow the proxy: what
/// does not fit into its queue is refused at once.
///
/// On a machine whose cores are all busy such threads get next to nothing. So a hash that was not made after ``patience`` is
/// made by one more thread, which is only nice: logins become slow then, but they don't end.
///
/// A thread is made for the first hash and ends with the last: an idle thread that waits would have to be given the processor
/// before the process can end, which takes seconds on a machine that has none to give.
final class HashingPool: Sendable {
    /// A hash that somebody waits for. Two threads may be at it; who is first answers.
    private final class Job: Sendable {
        private let isDone = Atomic(false)
        private let work: @Sendable (_ isFirst: () -> Bool) -> Void

        init(_ work: @escaping @Sendable (_ isFirst: () -> Bool) -> Void) { self.work = work }

        var isAnswered: Bool { isDone.load(ordering: .relaxed) }

        func perform() { work { !isDone.exchange(true, ordering: .relaxed) } }
    }

    private struct State {
        var queue: [Job] = []
        var running = 0
        var isStopped = false
        /// Those that waited too long, in the order of their coming.
        var overdue: [Job] = []
        var isHelped = false
    }

    struct Overloaded: Error {}

    /// Linux's SCHED_IDLE, which glibc's headers show with _GNU_SOURCE only: whatever else wakes runs at once. Niceness is not
    /// enough: a thread at 19 keeps the processor to the end of its slice.
    private static let idlePolicy: Int32 = 5
    /// Of the thread that helps: a tenth of a core where others want all of it.
    private static let helpersNiceness: Int32 = 10

    /// Waiting hashes for each thread: at 250 ms each, the last one waits four seconds.
    static let queuedPerThread = 16
    /// Longer than the last of a full queue waits where there is a processor to have, also beside a busy proxy.
    static let patience = DispatchTimeInterval.seconds(10)

    private let state = Mutex(State())
    private let threads: Int

    /// - Parameter threads: at least one; cores − 1 leaves a core to the proxy.
    init(threads: Int) { self.threads = max(threads, 1) }

    /// No further hash is taken; those that wait are done.
    func stop() { state.withLock { $0.isStopped = true } }

    /// - Throws: ``Overloaded`` when too many wait already.
    func run<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async throws(Overloaded) -> Result {
        let result: Result? = await withCheckedContinuation { continuation in
            let job = Job { isFirst in
                let result = work()
                if isFirst() { continuation.resume(returning: result) }
            }
            if !take(job) { continuation.resume(returning: nil) }
        }
        guard let result else { throw Overloaded() }
        return result
    }

    /// - Returns: whether the job will be done.
    private func take(_ job: Job) -> Bool {
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
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience) { self.help(with: job) }
        return true
    }

    private func start(with first: Job) {
        Thread.detachNewThread { [self] in
            var parameters = sched_param()
            sched_setscheduler(0, Self.idlePolicy, &parameters)
            first.perform()
            while let job = next() { job.perform() }
        }
    }

    /// nil: the thread ends.
    private func next() -> Job? {
        state.withLock { state in
            while !state.queue.isEmpty {
                let job = state.queue.removeFirst()
                if !job.isAnswered { return job }
            }
            state.running -= 1
            return nil
        }
    }

    // MARK: Help

    private func help(with job: Job) {
        guard !job.isAnswered else { return }
        let isNeeded = state.withLock { state in
            state.overdue.append(job)
            defer { state.isHelped = true }
            return !state.isHelped
        }
        guard isNeeded else { return }
        Thread.detachNewThread { [self] in
            // Of this thread alone: Linux counts niceness by thread.
            setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.helpersNiceness)
            while let job = nextOverdue() { job.perform() }
        }
    }

    /// nil: the thread ends.
    private func nextOverdue() -> Job? {
        state.withLock { state in
            while !state.overdue.isEmpty {
                let job = state.overdue.removeFirst()
                state.queue.removeAll { $0 === job }
                if !job.isAnswered { return job }
            }
            state.isHelped = false
            return nil
        }
    }
}
