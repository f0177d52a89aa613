import ProxyEngine
import Testing

@Suite("Damaged chunked bodies are refused, or hold the data that anyone would read in them")
struct ChunkedMutationTests {
    static let bodies = [
        "0\r\n\r\n", "3\r\nabc\r\n0\r\n\r\n",
        "1;a=b\r\nx\r\n0A;c=\"d\\\"e\"\r\n0123456789\r\n00\r\nT: v\r\nU:\tw \r\n\r\nGET /",
        "5\r\n0\r\n\r\n\r\n1\r\n\n\r\n0\r\n\r\nPOST", "10\r\n0123456789abcdef\r\n2\r\n\r\n\r\n0;z\r\n\r\n",
    ]
    static let pieces = [
        "\r\n", "\n", "\r", "0\r\n\r\n", "0", "f", "1", ";a", ";a=\"", "\"", "\\", " ", "\t", "ffffffff", "-", "+",
        "0x", ": ", "T: v\r\n",
    ]

    @Test("A thousand mutants, each in random segments", arguments: 0..<50)
    func mutants(seed: Int) {
        var mutator = Mutator(seed: seed, pieces: Self.pieces)
        for _ in 0..<1000 {
            let mutant = mutator.mutate(octets(mutator.generator.element(of: Self.bodies)))
            let whole = BodyReading(of: [mutant[...]], as: .chunked)
            let split = BodyReading(of: mutator.split(mutant), as: .chunked)
            #expect(split == whole, "\(text(mutant))")
            guard whole.end == .end else { continue }
            guard let naive = NaiveChunks(mutant) else {
                Issue.record("accepted: \(text(mutant))")
                continue
            }
            #expect(text(naive.data) == whole.data, "\(text(mutant))")
            #expect(text(mutant[naive.length...]) == whole.rest, "\(text(mutant))")
        }
    }
}
