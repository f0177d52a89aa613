import NIOCore
import RedisBlacklist
import Testing

@Suite("Reconnecting backs off")
struct ReconnectBackoffTests {
    private func delays(random: UInt64, failures: [Int]) -> [Int64] {
        let backoff = ReconnectBackoff(first: .milliseconds(20), maximum: .seconds(1)) { random }
        return failures.map { backoff.delay(afterFailures: $0).nanoseconds / 1000 }
    }

    @Test("The delay doubles up to a second, at least half of the step")
    func lowest() {
        #expect(
            delays(random: 0, failures: [1, 2, 3, 4, 5, 6, 7, 8, 1000, .max])
                == [10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 500_000, 500_000, 500_000, 500_000])
    }

    @Test("The delay is never more than the step, nor than a second")
    func highest() {
        // The greatest value of the spread: half of the step, 10 ms at first.
        #expect(delays(random: 10_000_000, failures: [1]) == [20_000])
        #expect(delays(random: 500_000_000, failures: [7, 64]) == [1_000_000, 1_000_000])
    }
}
