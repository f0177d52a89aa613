import Routes
import Testing

@Suite struct OracleTests {
    @Test("The compiled table decides as a plain reading of the rules does", arguments: 0..<10)
    func plainReading(batch: Int) throws {
        for number in 0..<200 {
            let seed = UInt64(batch * 1000 + number)
            var dice = Dice(seed: seed)
            let random = RandomTable(&dice)
            let table = try Table(random.text)
            for _ in 0..<20 {
                let method = RandomTable.method(&dice)
                let path = RandomTable.path(&dice)
                let expected = random.reading.decide(method, path)
                let decided = table[method, path]
                let isSame = expected.hasPrefix("line") ? decided == expected : decided.prefix(3) == expected
                guard isSame else {
                    Issue.record("seed \(seed): \(method) \(path) is \(decided), not \(expected), by\n\(random.text)")
                    return
                }
            }
        }
    }
}
