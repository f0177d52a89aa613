import Routes
import Testing

@Suite struct MutationTests {
    private static let file =
        preamble + """
            log access.log text
            limits {
                max-head 16KB
            }
            identity {
                header X-User-Id sub
                header X-Gateway-Secret env:S
            }
            GET,POST /a/{id}/b%20c/** role="a b"|c claim.x=1 timeout=5s -> app
            * /** authenticated tolerate=semicolon pass-token \\
              max-body=10MB
            expect GET /a/1/b%20c as role=c => app

            """

    @Test("No mutation of a file crashes the parser, and each gives a configuration or an error", arguments: 0..<10)
    func mutations(batch: Int) {
        let original = Array(Self.file.utf8)
        let tokens = [
            "{", "}", "\"", "\\", "|", "->", "=>", "/**", "{x}", "%", "%2", "\u{0}", "é", "#", "=",
            "99999999999999999999", "\n", "env:", "[", "::1", "@",
        ]
        for number in 0..<2000 {
            var dice = Dice(seed: UInt64(batch * 2000 + number))
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &dice) {
                let start = Int.random(in: 0..<bytes.count, using: &dice)
                let end = min(bytes.count, start + Int.random(in: 0...6, using: &dice))
                switch Int.random(in: 0..<4, using: &dice) {
                case 0: bytes.removeSubrange(start..<end)
                case 1: bytes[start] = UInt8.random(in: 0...255, using: &dice)
                case 2: bytes.insert(contentsOf: dice.pick(tokens).utf8, at: start)
                default: bytes.insert(contentsOf: bytes[start..<end], at: Int.random(in: 0...bytes.count, using: &dice))
                }
            }
            let result = Configuration.parse(bytes, file: "f")
            let rendered = result.diagnostics.map { $0.rendered() }
            #expect((result.configuration == nil) != result.errors.isEmpty, "\(rendered) in mutation \(number)")
        }
    }
}
