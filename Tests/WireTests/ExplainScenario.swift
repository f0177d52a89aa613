/// A configuration and requests to it, drawn at random from a seed: few segments, few methods, few WHOs, so that rules
/// and requests meet often.
struct ExplainScenario {
    struct Question {
        /// Whose request it is.
        enum Whom {
            case nobody
            case token(String)
            /// The words behind `as`, and a real token that says the same.
            case supposed(String, TestToken?)
        }

        let method: String
        let target: String
        let whom: Whom

        /// As `gateway explain --batch` reads it.
        var line: String {
            switch whom {
            case .nobody: "\(method) \(target)"
            case .token(let token): "\(method) \(target) token \(token)"
            case .supposed(let words, _): "\(method) \(target) as \(words)"
            }
        }

        /// As a client sends it.
        var request: Request {
            let token: String? =
                switch whom {
                case .nobody: nil
                case .token(let token): token
                case .supposed(_, let token): token?.signed()
                }
            return Request(method: method, target: target, fields: token.map { ["Authorization: Bearer \($0)"] } ?? [])
        }
    }

    static let upstreams = ["one", "two", "three"]

    let settings: String
    let tokens: String
    let routes: String
    let questions: [Question]

    init(seed: UInt64, questions count: Int) {
        var dice = ExplainDice(seed: seed)
        settings = "log off" + (dice.chance(25) ? "\npaths exact" : "")
        let status = dice.chance(20) ? "\n invalid-token-status 403" : ""
        tokens = GatewayConfiguration.tokens.replacing("\n}", with: status + "\n}")
        routes = Self.rules(&dice).joined(separator: "\n")
        let bearers = (0..<10).map { _ in Self.token(&dice) }
        questions = (0..<count).map { _ in
            Question(method: Self.method(&dice), target: Self.target(&dice), whom: Self.whom(&dice, bearers))
        }
    }

    // MARK: Rules

    private static let accesses = [
        "public", "optional", "authenticated", "deny", "role=admin", "role=admin|user", "scope=read",
        "role=admin scope=write", "sub=u-1|u-2", "claim.tenant=acme role=user",
    ]

    private static func rules(_ dice: inout ExplainDice) -> [String] {
        // One WHO, or two, for whole tables as well: then spellings are compared less.
        let accesses = dice.chance(70) ? Self.accesses : [dice.pick(Self.accesses), dice.pick(Self.accesses)]
        var taken: Set<String> = []
        var lines: [String] = []
        if dice.chance(60) {
            taken.insert("* /**")
            lines.append("* /** \(end(of: "/**", dice.pick(accesses), &dice))")
        }
        for _ in 0..<dice.number(1...9) {
            let path = pattern(&dice)
            let methods = dice.pick([["*"], ["*"], ["GET"], ["HEAD"], ["POST"], ["GET", "POST"], ["GET", "HEAD"]])
            // Two rules of one path and method are a conflict. `{x}` and `%61` are the same as `{y}` and `a`.
            let keys = methods.map { "\($0) \(path.replacing("%61", with: "a").replacing("{y}", with: "{x}"))" }
            guard taken.isDisjoint(with: keys) else { continue }
            taken.formUnion(keys)
            lines.append("\(methods.joined(separator: ",")) \(path) \(end(of: path, dice.pick(accesses), &dice))")
        }
        return lines
    }

    private static func pattern(_ dice: inout ExplainDice) -> String {
        var segments: [String] = []
        for _ in 0..<dice.number(0...3) {
            segments.append(
                dice.chance(30) ? dice.pick(["{x}", "{y}"]) : dice.pick(["a", "A", "b", "aB", "7", "%61", "a%2Fb"]))
        }
        switch dice.number(0...9) {
        case 0...3: segments.append("**")
        case 4: segments.append("")
        default: if segments.isEmpty { segments.append("") }
        }
        return "/" + segments.joined(separator: "/")
    }

    private static func end(of path: String, _ access: String, _ dice: inout ExplainDice) -> String {
        var tolerated = ["encoded-slash", "semicolon", "empty-segment"].filter { _ in dice.chance(20) }
        if path.contains("%2F"), !tolerated.contains("encoded-slash") { tolerated.append("encoded-slash") }
        let options =
            (tolerated.isEmpty ? "" : " tolerate=\(tolerated.joined(separator: ","))")
            + (dice.chance(10) ? " pass-token" : "")
        return access + options + (access == "deny" ? "" : " -> \(dice.pick(upstreams))")
    }

    // MARK: Requests

    private static func method(_ dice: inout ExplainDice) -> String {
        dice.chance(75)
            ? dice.pick(["GET", "GET", "GET", "POST"])
            : dice.pick(["HEAD", "HEAD", "DELETE", "OPTIONS", "PUT", "TRACE", "CONNECT", "PURGE", "get"])
    }

    private static func target(_ dice: inout ExplainDice) -> String {
        if dice.chance(2) {
            return dice.pick(["*", "a", "http://gateway.test", "//", "/" + String(repeating: "a", count: 9000)])
        }
        let path = path(&dice)
        if dice.chance(3) {
            return dice.pick(["http://gateway.test", "HTTP://GATEWAY.TEST", "http://other.test", "ftp://gateway.test"])
                + path
        }
        return path + (dice.chance(15) ? dice.pick(["?", "?q=%zz", "?access_token=x", "?a#b", "?é", "?a=//;"]) : "")
    }

    private static func path(_ dice: inout ExplainDice) -> String {
        let usual = ["a", "a", "a", "b", "b", "A", "aB", "7", "c", "%61", "a:b", "[a]"]
        let odd = ["B", "ab", "%41b", "a%2Fb", "a%2fB", "a;b"]
        let rare = [
            "", "..", ".", "%2e", "%2E.", ".%20", "%6", "%zz", "...", "a.", "%00", "%ff", "a%2541", "a\\b", "a#b", "é",
        ]
        var path = ""
        for _ in 0..<dice.number(0...4) {
            path += "/" + (dice.chance(92) ? dice.pick(usual) : dice.chance(75) ? dice.pick(odd) : dice.pick(rare))
        }
        return path.isEmpty || dice.chance(10) ? path + "/" : path
    }

    private static func whom(_ dice: inout ExplainDice, _ bearers: [String]) -> Question.Whom {
        switch dice.number(0...9) {
        case 0...1: return .nobody
        case 2: return .supposed("anonymous", nil)
        case 3: return .supposed("authenticated", TestToken(sub: nil, role: nil))
        case 4: return supposed(&dice)
        default: return .token(dice.pick(bearers))
        }
    }

    private static func supposed(_ dice: inout ExplainDice) -> Question.Whom {
        var words: [String] = []
        var token = TestToken(sub: nil, role: nil, jti: nil)
        for (word, name) in [("role", "role"), ("scope", "scope"), ("sub", "sub"), ("claim.tenant", "tenant")]
        where words.isEmpty || dice.chance(40) {
            let value = dice.pick(["admin", "user", "read", "write", "u-1", "acme"])
            words.append("\(word)=\(value)")
            token = token.with(name, TestToken.quoted(value))
        }
        return .supposed(words.joined(separator: " "), token)
    }

    /// One that passes, nine times of ten.
    private static func token(_ dice: inout ExplainDice) -> String {
        let now = unixMilliseconds() / 1000
        var token = TestToken(
            sub: dice.pick(["u-1", "u-2", "u-3"]), role: dice.pick(["admin", "user", "super admin"]))
        if dice.chance(30) {
            token = token.with("role", dice.pick([#"["user","admin"]"#, "null", "7", #"{"a":"admin"}"#]))
        }
        if dice.chance(50) { token = token.with("scope", dice.pick([#""read write""#, #"["write"]"#, #""reader""#])) }
        if dice.chance(50) { token = token.with("tenant", dice.pick([#""acme""#, #""\u0061cme""#, "true"])) }
        switch dice.number(0...29) {
        case 0: return token.with("exp", "\(now - 1000)").signed()
        case 1: return token.with("nbf", "\(now + 1000)").signed()
        case 2: return token.with("aud", #""other""#).signed()
        case 3: return token.signed(with: "another-key-another-key-another-1")
        case 4: return dice.pick(["x", "..", "a.b.c", "e30.e30.e30", "=", "a=b"])
        default: return token.signed()
        }
    }
}

/// SplitMix64: the same numbers on every machine for a seed.
struct ExplainDice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        // Mixed once: multiples of the step would give the same numbers for each seed, only shifted.
        state = seed
        state = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
    mutating func chance(_ percent: Int) -> Bool { number(0...99) < percent }
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[number(0...elements.count - 1)] }
}
