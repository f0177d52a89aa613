/// Warns of roles and of scopes that look like misspellings of one another: `manger` beside `manager`.
struct SimilarValueCheck {
    /// A value, where it stands first, and in how many conditions of rules.
    private struct Use {
        let value: [UInt8]
        let place: Place
        var count: Int
    }

    private let subject: Condition.Subject
    private let reporter: Reporter
    /// In the order of the file.
    private var uses: [Use] = []
    private var positions: [[UInt8]: Int] = [:]
    /// By what is left of a value without case and without one of its characters, or with all of them.
    private var neighbours: [[UInt8]: [Int]] = [:]

    static func run(_ routes: [RouteStatement], _ expectations: [Expectation], _ reporter: Reporter) {
        for subject in [Condition.Subject.role, .scope] {
            var check = SimilarValueCheck(subject, reporter)
            for route in routes { check.take(route) }
            for position in check.uses.indices { check.compare(position) }
            for expectation in expectations { check.take(expectation) }
        }
    }

    private init(_ subject: Condition.Subject, _ reporter: Reporter) {
        (self.subject, self.reporter) = (subject, reporter)
    }

    private mutating func take(_ route: RouteStatement) {
        for word in route.statement.arguments {
            guard let (name, values) = word.assignment, name == subject.text else { continue }
            for value in values.alternatives { enter(value, word.place) }
        }
    }

    private mutating func enter(_ value: [UInt8], _ place: Place) {
        if let position = positions[value] {
            uses[position].count += 1
            return
        }
        positions[value] = uses.count
        for key in SimilarWords.keys(value) { neighbours[key, default: []].append(uses.count) }
        uses.append(Use(value: value, place: place, count: 1))
    }

    /// Of two, the one that fewer rules use is taken for the misspelling; of equals, the later one.
    private mutating func compare(_ position: Int) {
        guard let other = similar(to: uses[position].value, besides: position) else { return }
        let isMistake = (uses[position].count, other) < (uses[other].count, position)
        guard isMistake else { return }
        report(uses[position].value, at: uses[position].place, uses[other])
    }

    /// A misspelled value of an expectation is never met, so that a refusal is expected in vain.
    private mutating func take(_ expectation: Expectation) {
        guard case .conditions(let conditions) = expectation.whom else { return }
        let place = Place(line: expectation.line, column: expectation.column, width: "expect".count)
        for condition in conditions where condition.subject == subject {
            for value in condition.values where positions[value] == nil {
                if let other = similar(to: value, besides: nil) { report(value, at: place, uses[other]) }
            }
        }
    }

    /// The first of the most used.
    private func similar(to value: [UInt8], besides own: Int?) -> Int? {
        let near = Set(SimilarWords.keys(value).flatMap { neighbours[$0] ?? [] })
        let similar = near.filter { $0 != own && SimilarWords.areSimilar(value, uses[$0].value) }
        return similar.min { (-uses[$0].count, $0) < (-uses[$1].count, $1) }
    }

    private func report(_ value: [UInt8], at place: Place, _ other: Use) {
        let (text, known) = (String(decoding: value, as: UTF8.self), String(decoding: other.value, as: UTF8.self))
        let isCase = value.map(SegmentTable.folded) == other.value.map(SegmentTable.folded)
        let difference = isCase ? "in case only" : "by one letter"
        reporter.warning(
            place,
            "the \(subject.text) \"\(text)\" differs from \"\(known)\" in line \(other.place.line) \(difference)",
            hint: "did you mean \"\(known)\"? values are compared byte for byte", kind: .similarValues)
    }
}
