import RedisBlacklist
import Testing

@Suite("The copy of the blacklist says what Redis says, or that it does not know")
struct CopyModelTests {
    @Test("Ten thousand random orders of changes, notices, questions and replies")
    func sequences() {
        Sequences.run(10_000) { chance in
            var model = Model(&chance)
            for _ in 0..<60 where model.objection == nil {
                model.step(&chance)
                model.check()
            }
            model.settle()
            model.check()
            return model.objection.map { "\($0)\n\(model.history.joined(separator: "\n"))" }
        }
    }

    /// Redis with a few keys, its two connections, and what is on its way over them. Each keeps its order; between the two
    /// there is none.
    private struct Model {
        static let tokens: [[UInt8]] = ["t0", "t1", "t2"].map { Array($0.utf8) }
        static let subjects: [[UInt8]] = ["sub:0", "sub:1"].map { Array($0.utf8) }
        static let values: [RedisReply] = [
            .string(Array("1700000000000".utf8)), .string(Array("1800000000000".utf8)), .string([0x78]),
            .error(ErrorReply("WRONGTYPE".utf8)),
        ]

        private var copy = BlacklistCopy()
        /// What GET and EXISTS would say now; nothing: the key is not there.
        private var server: [[UInt8]: RedisReply] = [:]
        private var notices: [[UInt8]] = []
        private var questions: [[UInt8]] = []
        private var replies: [(key: [UInt8], reply: RedisReply)] = []
        /// What was last heard of a key.
        private var heard: [[UInt8]: RedisReply] = [:]
        private(set) var history: [String] = []
        private(set) var objection: String?

        init(_ chance: inout Chance) {
            for _ in 0..<3 { change(&chance) }
            notices = []
            for key in server.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) { ask(key) }
        }

        mutating func step(_ chance: inout Chance) {
            switch chance.below(5) {
            case 0: change(&chance)
            case 1, 2: if !notices.isEmpty { ask(notices.removeFirst()) }
            case 3: answer()
            default: receive()
            }
        }

        /// Everything that is on its way arrives.
        mutating func settle() {
            while !notices.isEmpty { ask(notices.removeFirst()) }
            while !questions.isEmpty { answer() }
            while !replies.isEmpty { receive() }
        }

        private mutating func change(_ chance: inout Chance) {
            let isSubject = chance.oneIn(2)
            let key = chance.element(of: isSubject ? Self.subjects : Self.tokens)
            server[key] = chance.oneIn(3) ? nil : isSubject ? chance.element(of: Self.values) : .integer(1)
            notices.append(key)
            history.append("\(name(key)) is \(String(describing: server[key]))")
        }

        private mutating func ask(_ key: [UInt8]) {
            copy.doubt(key)
            questions.append(key)
            history.append("asked about \(name(key))")
        }

        private mutating func answer() {
            guard !questions.isEmpty else { return }
            let key = questions.removeFirst()
            replies.append((key, state(key)))
            history.append("\(name(key)) answered")
        }

        private mutating func receive() {
            guard !replies.isEmpty else { return }
            let (key, reply) = replies.removeFirst()
            copy.settle(key, reply)
            heard[key] = reply
            history.append("the answer about \(name(key)) is here")
        }

        private func state(_ key: [UInt8]) -> RedisReply {
            server[key] ?? (Self.subjects.contains(key) ? .absent : .integer(0))
        }

        private func isInDoubt(_ key: [UInt8]?) -> Bool {
            key.map { key in questions.contains(key) || replies.contains { $0.key == key } } ?? false
        }

        mutating func check() {
            for token in [nil] + Self.tokens {
                for subject in [nil] + Self.subjects { check(token, subject) }
            }
            for key in Self.tokens + Self.subjects where !notices.contains(key) && !isInDoubt(key) {
                guard let heard = heard[key] else { continue }
                if heard != state(key) { objection = "all was heard about \(name(key)), and it is another" }
            }
        }

        private mutating func check(_ token: [UInt8]?, _ subject: [UInt8]?) {
            let query = RevocationQuery(tokenKey: token, subjectKey: subject)
            let answer = copy.answer(query)
            let isKnown = !isInDoubt(token) && !isInDoubt(subject)
            let expected = isKnown ? expectation(token, subject) : nil
            guard answer != expected else { return }
            let asked = [token, subject].compactMap { $0.map(name) }
            objection =
                "\(asked): \(String(describing: answer)) instead of \(String(describing: expected))"
        }

        /// From what was last heard of both; nil: Redis has to be asked.
        private func expectation(_ token: [UInt8]?, _ subject: [UInt8]?) -> RevocationAnswer? {
            if let token, case .integer(1)? = heard[token] { return .revoked }
            guard let subject, let value = heard[subject] else { return .clear }
            if case .error = value { return nil }
            return RevocationAnswer(getReply: value)
        }

        private func name(_ key: [UInt8]) -> String { String(decoding: key, as: UTF8.self) }
    }
}
