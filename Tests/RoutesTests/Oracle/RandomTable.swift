/// Tables and requests that meet often: few segments, few methods, few WHOs.
struct RandomTable {
    private static let literals = ["a", "A", "b", "aB", "Ab", "7", "a/b", "\u{FF41}", "b ", "\u{E9}"]
    private static let accesses = ["public", "authenticated", "deny", "role=admin", "role=admin|user"]

    private(set) var text = ""
    private(set) var reading: PlainReading

    /// - Parameter hosts: those that rules are for; each is for one of them, or for all.
    init(_ dice: inout Dice, hosts: [String] = []) {
        let exact = dice.chance(25)
        // One WHO, or two, for whole tables as well: then spellings are compared less.
        let accesses = dice.chance(70) ? Self.accesses : Array(Self.accesses.prefix(2))
        var rules: [PlainReading.Rule] = []
        var lines = exact ? ["paths exact"] : []
        for _ in 0..<Int.random(in: 1...9, using: &dice) {
            var rule = Self.rule(&dice, accesses, line: lines.count + 1)
            if !hosts.isEmpty && dice.chance(70) { rule.host = dice.pick(hosts) }
            if rules.contains(where: { Self.conflict($0, rule) }) { continue }
            rules.append(rule)
            lines.append(Self.text(of: rule, &dice))
        }
        text = lines.joined(separator: "\n") + "\n"
        reading = PlainReading(rules: rules, exact: exact)
    }

    static func method(_ dice: inout Dice) -> String {
        dice.pick(["GET", "GET", "GET", "HEAD", "HEAD", "POST", "DELETE", "TRACE", "PURGE", "get"])
    }

    static func path(_ dice: inout Dice) -> String {
        let segments = ["a", "A", "b", "B", "aB", "ab", "AB", "Ab", "7", "c", "%61", "%41b", "a%2Fb", "a%2fB", "a;b"]
        let normalized = [
            "%EF%BD%81", "%EF%BC%A1b", "%20b", "b%20", "%E3%80%80a%C2%A0", "7%20", "%EF%BC%97", "%C3%A9", "e%CC%81",
        ]
        let dubious = ["%EF%BC%8E", "%E2%80%A5", ".%E3%80%80", "%20", "%C2%A0", "a%EF%BC%8Fb", "%EF%BC%9B"]
        let rare = ["", "..", ".", "%2e", "%2E.", ".%20", "%6", "a%2F..", "..%3Bx", "%zz", "...", "a."]
        var path = ""
        for _ in 0..<Int.random(in: 0...4, using: &dice) {
            let usual = dice.chance(80) ? segments : normalized
            path += "/" + dice.pick(dice.chance(96) ? usual : dice.chance(60) ? rare : dubious)
        }
        return path.isEmpty || dice.chance(20) ? path + "/" : path
    }

    private static func rule(_ dice: inout Dice, _ accesses: [String], line: Int) -> PlainReading.Rule {
        var segments: [String] = []
        for _ in 0..<Int.random(in: 0...3, using: &dice) {
            segments.append(dice.chance(30) ? "{x}" : dice.pick(dice.chance(90) ? literals : ["a"]))
        }
        switch Int.random(in: 0..<10, using: &dice) {
        case 0..<4: segments.append("**")
        case 4: segments.append("")
        default: if segments.isEmpty { segments.append("") }
        }
        var tolerate = Set(["encoded-slash", "semicolon", "empty-segment"].filter { _ in dice.chance(20) })
        if segments.contains("a/b") { tolerate.insert("encoded-slash") }
        let methods: [String]? =
            dice.chance(45) ? nil : dice.pick([["GET"], ["HEAD"], ["POST"], ["GET", "POST"], ["GET", "HEAD"]])
        return PlainReading.Rule(
            methods: methods, segments: segments, access: dice.pick(accesses), tolerate: tolerate, line: line)
    }

    private static func conflict(_ left: PlainReading.Rule, _ right: PlainReading.Rule) -> Bool {
        guard left.segments == right.segments, left.host == right.host else { return false }
        guard let methods = left.methods, let others = right.methods else {
            return left.methods == nil && right.methods == nil
        }
        return methods.contains { others.contains($0) }
    }

    private static func text(of rule: PlainReading.Rule, _ dice: inout Dice) -> String {
        let path = rule.segments.map { segment in
            segment == "a/b"
                ? "a%2fb"
                : segment == "{x}"
                    ? dice.pick(["{x}", "{name}"])
                    : dice.chance(10) && segment == "b" ? "%62" : segment == "b " ? "b%20" : segment
        }
        var text =
            (rule.methods?.joined(separator: ",") ?? "*") + " /" + path.joined(separator: "/") + " " + rule.access
        if let host = rule.host { text += " host=\(host)" }
        if !rule.tolerate.isEmpty { text += " tolerate=" + rule.tolerate.sorted().joined(separator: ",") }
        return text
    }
}
