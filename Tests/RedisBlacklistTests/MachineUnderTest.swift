import NIOCore
import RedisBlacklist

/// The state machine with numbers for waiters and an invented clock: instants are milliseconds. A class, for the
/// machine itself can't be copied and so can't stand inside `#expect`.
final class MachineUnderTest {
    private var machine: BlacklistStateMachine<Int>

    init(_ change: (inout BlacklistConfiguration) -> Void = { _ in }) {
        var configuration = BlacklistConfiguration(host: "h", port: 1)
        change(&configuration)
        let backoff = ReconnectBackoff(first: .milliseconds(20), maximum: .seconds(1)) { 0 }
        machine = BlacklistStateMachine(configuration, backoff: backoff)
    }

    /// A machine that became ready at 0.
    static func ready(_ change: (inout BlacklistConfiguration) -> Void = { _ in }) -> MachineUnderTest {
        let test = MachineUnderTest(change)
        _ = test.start()
        _ = test.connected(at: 0)
        _ = test.receive(.integer(0), at: 0)
        return test
    }

    var isReady: Bool { machine.isReady }
    var wakeUp: Int64? { machine.wakeUp.map { Int64($0.uptimeNanoseconds / 1_000_000) } }

    func start() -> Bool { machine.start() }
    func stop() -> [Int] { machine.stop() }
    func connected(at now: Int64) -> ConnectedAction { machine.connected(now: instant(now)) }
    func fail(_ failure: BlacklistFailure, at now: Int64) -> Loss<Int> { machine.fail(failure, now: instant(now)) }
    func receive(_ reply: RedisReply, at now: Int64) -> ReplyAction<Int> { machine.receive(reply, now: instant(now)) }
    func wake(at now: Int64) -> WakeAction<Int> { machine.wake(now: instant(now)) }

    func check(_ waiter: Int, at now: Int64, subject: Bool = false) -> CheckAction {
        check(RevocationQuery(tokenKey: [1], subjectKey: subject ? [2] : nil), waiter, at: now)
    }

    func check(_ query: RevocationQuery, _ waiter: Int, at now: Int64) -> CheckAction {
        machine.check(query, for: waiter, now: instant(now))
    }

    /// Waiter and answer, if this reply completes one.
    func answer(_ reply: RedisReply) -> Answer? {
        switch receive(reply, at: 1) {
        case .answer(let waiter, let answer): Answer(waiter, answer)
        case .awaitMore, .open, .giveUp: nil
        }
    }

    private func instant(_ milliseconds: Int64) -> NIODeadline {
        .uptimeNanoseconds(UInt64(milliseconds) * 1_000_000)
    }
}

struct Answer: Equatable {
    let waiter: Int
    let answer: RevocationAnswer

    init(_ waiter: Int, _ answer: RevocationAnswer) {
        self.waiter = waiter
        self.answer = answer
    }
}

extension ReplyAction<Int> {
    var loss: Loss<Int>? {
        switch self {
        case .giveUp(let loss): loss
        case .awaitMore, .answer, .open: nil
        }
    }
}

extension WakeAction<Int> {
    var loss: Loss<Int>? {
        switch self {
        case .giveUp(let loss): loss
        case .nothing, .connect, .sendProbe, .refuse: nil
        }
    }

    var connects: Bool {
        switch self {
        case .connect: true
        case .nothing, .sendProbe, .refuse, .giveUp: false
        }
    }

    var probes: Bool {
        switch self {
        case .sendProbe: true
        case .nothing, .connect, .refuse, .giveUp: false
        }
    }
}
