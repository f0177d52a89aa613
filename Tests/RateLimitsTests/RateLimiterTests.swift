import RateLimits
import Routes
import Testing

@Suite("Counting requests in memory")
struct RateLimiterTests {
    private let limiter = RateLimiter()
    private let rate = Rate(count: 10, window: .seconds(60))

    /// How many of so many requests at one moment pass.
    private func passed(_ count: Int, at now: Int64) -> Int {
        (0..<count).count { _ in limiter.take(["key"], rate, at: now) == nil }
    }

    @Test("Nobody has twice the rate by asking at the end of one window and at the beginning of the next")
    func border() {
        #expect(passed(20, at: 59_000) == 10)
        #expect(passed(20, at: 60_000) == 0)
        // What was half a window ago counts half.
        #expect(passed(20, at: 90_000) == 5)
        #expect(passed(20, at: 240_000) == 10)
    }

    @Test("A request is counted under each of its keys, and under none where one is used up")
    func keys() {
        let rate = Rate(count: 2, window: .seconds(60))
        for _ in 0..<2 { #expect(limiter.take(["network", "account"], rate, at: 0) == nil) }
        for key in ["network", "account"] { #expect(limiter.take([key], rate, at: 0) != nil) }
        for _ in 0..<3 { #expect(limiter.take(["other", "network"], rate, at: 0) != nil) }
        for _ in 0..<2 { #expect(limiter.take(["other"], rate, at: 0) == nil) }
    }

    @Test("Who is refused is told when the window ends", arguments: [(0, 60), (1, 60), (59_000, 1), (59_999, 1)])
    func retryAfter(now: Int64, seconds: Int) {
        #expect(passed(10, at: now) == 10)
        #expect(limiter.take(["key"], rate, at: now) == seconds)
    }
}
