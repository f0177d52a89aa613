/// Why a request is decided as it is: the decision, and every rule that could have been meant.
package struct RouteExplanation: Sendable {
    /// A rule whose path matches.
    package struct Candidate: Sendable, Equatable {
        package let route: RouteID
        package let standing: Standing
    }

    /// What `RouteTable.decide` says, by its own word.
    package let decision: RouteDecision
    /// The path's segments as they are compared: escapes decoded, the last one empty where the path ends with a slash.
    /// Empty where the path can't be read at all.
    package let segments: [[UInt8]]
    /// The rules whose path matches: first the one that decides, or would, then the others, the most specific first.
    package let candidates: [Candidate]
    /// Where the decision is `.ambiguous(.otherSpelling)`: which spelling, and whose rule.
    package let otherSpelling: OtherSpelling?
}
