import Glibc

/// What the harness throws when the outside did not do what a test needed. Never an assertion of its own: the test
/// that was running fails with these words.
struct HarnessFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// An instant that a wait must not pass. Every wait of the harness has one, so that nothing hangs.
struct Deadline {
    /// Generous, because a shared machine may stall: a test that passes never waits for it. `make mutate`, whose tests are to
    /// fail, asks for less.
    static let usual = Duration.seconds(getenv("GATEWAY_TEST_DEADLINE").flatMap { Int(String(cString: $0)) } ?? 30)

    private let end: ContinuousClock.Instant

    static func after(_ duration: Duration = usual) -> Deadline {
        Deadline(end: .now.advanced(by: duration * Sanitizer.patience))
    }

    var hasPassed: Bool { ContinuousClock.now >= end }

    /// For poll(2): rounded up, so that a wait never ends before its deadline.
    var remainingMilliseconds: Int32 {
        let (seconds, attoseconds) = ContinuousClock.now.duration(to: end).components
        return Int32(clamping: max(0, seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1))
    }
}

/// Tries until `condition` holds: for what only another process can make true, such as a Redis that has come back.
func eventually(
    _ what: String, within duration: Duration = Deadline.usual, _ condition: () throws -> Bool
) throws {
    let deadline = Deadline.after(duration)
    while try !condition() {
        guard !deadline.hasPassed else { throw HarnessFailure("\(what): not within \(duration)") }
        poll(nil, 0, 5)
    }
}

/// Milliseconds since 1970, as tokens and the blacklist count.
func unixMilliseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
}
