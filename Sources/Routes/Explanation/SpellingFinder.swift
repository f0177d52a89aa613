/// Finds the spelling of a path for which the table refuses it as ambiguous.
///
/// For a person who asks why; a request never comes here. It tries spellings one after another, at most `maxTries`.
struct SpellingFinder {
    /// Each asks all rules; nearly always the first one is it.
    private static let maxTries = 1024

    private let table: CompiledTable
    private let method: Method
    private let path: PathSpelling
    /// Decides the path as written.
    private let rule: Rule

    init(_ table: CompiledTable, method: Method, path: PathSpelling, rule: Rule) {
        (self.table, self.method, self.path, self.rule) = (table, method, path, rule)
    }

    func find() -> OtherSpelling? {
        let threats = table.written
            .filter { isThreat($0) && MethodCover($0.methods, method) != nil }
            .sorted { table.rules[$0.id.index].rank < table.rules[$1.id.index].rank }
        var tries = 0
        var hidden: OtherSpelling?
        for threat in threats {
            for form in [path.segments, toggled] where matches(threat, form) {
                for spelling in spellings(of: form, threat).prefix(Self.maxTries) where tries < Self.maxTries {
                    tries += 1
                    if let winner = RuleContest(table.written, method: method, path: spelling).winner, isThreat(winner)
                    {
                        return found(spelling, form, winner)
                    }
                    hidden = hidden ?? found(spelling, form, threat)
                }
            }
        }
        // `PatternSearch` also refuses for a rule that others hide.
        return hidden
    }

    /// Another WHO, and not less specific.
    private func isThreat(_ other: Rule) -> Bool {
        let (own, other) = (table.rules[rule.id.index], table.rules[other.id.index])
        return other.access != own.access && other.rank <= own.rank
    }

    private var toggled: [[UInt8]] {
        path.segments.last == [] ? Array(path.segments.dropLast()) : path.segments + [[]]
    }

    private func found(_ spelling: [[UInt8]], _ form: [[UInt8]], _ rule: Rule) -> OtherSpelling {
        OtherSpelling(path: path.respelled(spelling), difference: difference(spelling, form), route: rule.id)
    }

    private func difference(_ spelling: [[UInt8]], _ form: [[UInt8]]) -> OtherSpelling.Difference {
        let hasSlash = form != path.segments
        if spelling == form { return .trailingSlash }
        let isCase = zip(spelling, form).allSatisfy { $0.map(SegmentTable.folded) == $1.map(SegmentTable.folded) }
        return isCase ? hasSlash ? .both : .letterCase : hasSlash ? .normalizedAndSlash : .normalized
    }

    /// In any spelling of its segments.
    private func matches(_ rule: Rule, _ form: [[UInt8]]) -> Bool {
        let pattern = rule.path.segments
        guard pattern.count == form.count || rule.path.hasRest && pattern.count < form.count else { return false }
        return zip(pattern, form).allSatisfy { segment, written in
            guard case .literal(let literal) = segment else { return !written.isEmpty }
            return literal == written || !written.isEmpty && word(written) == word(literal)
        }
    }

    /// nil: no pattern has it.
    private func word(_ segment: [UInt8]) -> Int32? {
        NormalizedSegment(segment).key.flatMap { table.segments.word(key: $0) }
    }

    /// The rule's own spelling where it has a literal; elsewhere as written first, then in every way that makes a
    /// difference to some rule.
    private func spellings(of form: [[UInt8]], _ rule: Rule) -> [[[UInt8]]] {
        var spellings: [[[UInt8]]] = [[]]
        for (index, segment) in form.enumerated() {
            var choices = [segment]
            if index < rule.path.segments.count, case .literal(let literal) = rule.path.segments[index] {
                choices = [literal]
            } else {
                choices += others(of: segment)
            }
            spellings = spellings.flatMap { start in choices.map { start + [$0] } }
            // Those with fewer differences come first and stay.
            spellings = Array(spellings.prefix(Self.maxTries))
        }
        return spellings
    }

    /// Those that some rule has, and one that none has.
    private func others(of segment: [UInt8]) -> [[UInt8]] {
        guard !segment.isEmpty else { return [] }
        guard let word = word(segment) else { return [] }
        let known = table.segments.spellingsOfWord[Int(word)].map { table.segments.spellings[Int($0)] }
        let recased = (0...known.count).lazy.map { Self.recased(segment, $0) }
        let padded = (1...known.count + 1).lazy.map { segment + [UInt8](repeating: UInt8(ascii: " "), count: $0) }
        let free = recased.first { !known.contains($0) } ?? padded.first { !known.contains($0) }
        return (known + [free].compactMap { $0 }).filter { $0 != segment }
    }

    /// The segment with the case of those letters changed whose bit is set.
    private static func recased(_ segment: [UInt8], _ bits: Int) -> [UInt8] {
        var bits = bits
        return segment.map { byte in
            guard ASCII.isLetter(byte) else { return byte }
            defer { bits >>= 1 }
            return bits & 1 == 1 ? byte ^ 0x20 : byte
        }
    }
}
