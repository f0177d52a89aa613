import Routes
import Testing

@Suite struct OracleTests {
    @Test("The compiled table decides as a plain reading of the rules does", arguments: 0..<10)
    func plainReading(batch: Int) throws {
        for seed in UInt64(batch * 50)..<UInt64(batch * 50 + 50) {
            try compare(seed: seed, budget: .standard) { decided, expected in decided == expected }
        }
    }

    /// `PatternSearch` may refuse a path for a rule that is hidden in every spelling, never let one pass.
    @Test("The search behind the compiled table decides alike, or refuses as ambiguous", arguments: 0..<10)
    func search(batch: Int) throws {
        for seed in UInt64(batch * 50)..<UInt64(batch * 50 + 50) {
            try compare(seed: seed, budget: .none) { decided, expected in
                decided == expected || decided == "400 otherSpelling" && expected.hasPrefix("line")
            }
        }
    }

    @Test("With hosts each decides as its own rules and those of all hosts read", arguments: 0..<10)
    func hosts(batch: Int) throws {
        for seed in UInt64(batch * 50)..<UInt64(batch * 50 + 50) {
            var dice = Dice(seed: seed)
            let random = RandomTable(&dice, hosts: ["a.example", "B.example"])
            // Without any rule of a host the file would name none.
            guard random.reading.rules.contains(where: { $0.host != nil }) else { continue }
            let table = try Table(random.text)
            for _ in 0..<20 {
                let host = dice.pick(["a.example", "B.example", "B.example", "c.example"])
                let (method, path) = (RandomTable.method(&dice), RandomTable.path(&dice))
                let expected = random.reading.decide(method, path, host: host)
                let decided = table[method, path, host: host]
                let isSame = decided.hasPrefix("line") ? decided == expected : decided.prefix(3) == expected
                guard isSame else {
                    Issue.record(
                        "\(seed): \(host) \(method) \(path) is \(decided), not \(expected), by\n\(random.text)")
                    return
                }
            }
        }
    }

    /// Twenty requests to one random table.
    private func compare(
        seed: UInt64, budget: AutomatonBudget, _ agree: (_ decided: String, _ expected: String) -> Bool
    ) throws {
        var dice = Dice(seed: seed)
        let random = RandomTable(&dice)
        let table = try Table(random.text, budget: budget)
        for _ in 0..<20 {
            let method = RandomTable.method(&dice)
            let path = RandomTable.path(&dice)
            let expected = random.reading.decide(method, path)
            let decided = table[method, path]
            let short =
                decided == "400 otherSpelling" || decided.hasPrefix("line") ? decided : String(decided.prefix(3))
            guard agree(short == "400 otherSpelling" && expected == "400" ? "400" : short, expected) else {
                Issue.record("seed \(seed): \(method) \(path) is \(decided), not \(expected), by\n\(random.text)")
                return
            }
        }
    }
}
