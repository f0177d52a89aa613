/// What a request is decided from: arrays that are built once and only read. A class, so that handing the table on
/// is one reference.
final class CompiledTable: Sendable {
    /// What a decision needs to know of a rule.
    struct RuleFacts: Sendable {
        /// See `Specificity`.
        var rank: Int32
        /// See `AccessClasses`.
        let access: Int32
        let tolerate: Tolerance
    }

    /// An automaton, and the answers of its states: a row for each, with a column for each class of methods.
    struct Automaton<Answer: Sendable>: Sendable {
        let transitions: TransitionTable
        let answers: [Answer]
    }

    let bytes = PathBytes.shared
    let methods = MethodTable.shared
    /// As they are written: for `RouteTable.explain`, never for a decision.
    let written: [Rule]
    let segments: SegmentTable
    let classes: MethodClasses
    let rules: [RuleFacts]
    let match: TransitionTable
    /// In a row: a rule's index for each class of methods or -1, then the methods allowed in two words.
    let outcomes: [Int32]
    /// False where no spelling matters: `paths exact`, or one WHO in the whole file.
    let checksSpellings: Bool
    /// False where the upstream takes paths as they are: `paths exact`.
    let normalizes: Bool
    let variants: TransitionTable
    let threats: [Threat]
    /// Per state of `match`.
    let safety: [SpellingSafety.State]
    /// Where an automaton outgrew its budget.
    let search: PatternSearch?

    init(
        written: [Rule], segments: SegmentTable, classes: MethodClasses, rules: [RuleFacts], match: Automaton<Int32>,
        normalizes: Bool, variants: Automaton<Threat>?, safety: [SpellingSafety.State], search: () -> PatternSearch
    ) {
        self.written = written
        self.segments = segments
        self.classes = classes
        self.rules = rules
        self.match = match.transitions
        outcomes = match.answers
        self.normalizes = normalizes
        checksSpellings = variants != nil
        self.variants = variants?.transitions ?? TransitionTable(states: [], edges: [:])
        threats = variants?.answers ?? []
        self.safety = safety
        let isComplete = match.transitions.isComplete && variants?.transitions.isComplete ?? true
        self.search = isComplete ? nil : search()
    }
}
