import ProxyEngine
import Testing

@Suite("How many requests may be sent again")
struct RetryBudgetTests {
    private static let second: UInt64 = 1_000_000_000

    private func spend(_ budget: inout RetryBudget, _ count: Int) -> Int {
        (0..<count).count { _ in budget.spend() }
    }

    @Test("A share of the requests, and a few in any case")
    func share() {
        var budget = RetryBudget(percent: 20)
        budget.advance(to: 100 * Self.second)
        #expect(spend(&budget, 50) == EngineLimits.leastRetries)
        for _ in 0..<1000 { budget.count() }
        #expect(spend(&budget, 1000) == 200 - EngineLimits.leastRetries)
        budget.count()
        #expect(spend(&budget, 1) == 0)
        for _ in 0..<4 { budget.count() }
        #expect(spend(&budget, 10) == 1)
    }

    @Test("What is ten seconds old counts no more: neither requests nor what was sent again")
    func window() {
        var budget = RetryBudget(percent: 50)
        var now = 100 * Self.second
        budget.advance(to: now)
        for _ in 0..<100 { budget.count() }
        for _ in 0..<9 {
            now += Self.second
            budget.advance(to: now)
        }
        #expect(spend(&budget, 100) == 50)
        // The requests are gone, what was sent again is not.
        now += Self.second
        budget.advance(to: now)
        #expect(spend(&budget, 100) == 0)
        now += 9 * Self.second
        budget.advance(to: now)
        #expect(spend(&budget, 100) == EngineLimits.leastRetries)
    }

    @Test("After a long silence everything is forgotten at once")
    func silence() {
        var budget = RetryBudget(percent: 1)
        budget.advance(to: Self.second)
        #expect(spend(&budget, 100) == EngineLimits.leastRetries)
        budget.advance(to: 3600 * Self.second)
        #expect(spend(&budget, 100) == EngineLimits.leastRetries)
    }

    @Test("None where that is what the file says")
    func off() {
        var budget = RetryBudget(percent: 0)
        for _ in 0..<100 { budget.count() }
        #expect(spend(&budget, 100) == 0)
    }
}
