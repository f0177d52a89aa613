/// How a rule whose path matches a request fares among the others.
package enum Standing: Sendable, Equatable {
    case decides
    /// No other rule is before it, but the path is refused as ambiguous.
    case wouldDecide
    /// The paths differ first at this segment, counted from 0; the number of the path's segments stands for its end.
    case lessSpecific(segment: Int, kind: SegmentKind, thanKind: SegmentKind)
    case methodDoesNotMatch
    /// The same path; it says `*`, and the deciding rule names the method, or GET, which covers HEAD.
    case wildcardMethodLoses
    /// The same path; it names GET, which covers HEAD, and the deciding rule names HEAD.
    case headCoverLoses
    /// The same path; it stands outside of every host, and the deciding rule is the host's own.
    case generalRuleLoses

    /// In plain English, to follow the name of the rule.
    package var explanation: String {
        switch self {
        case .decides: "decides: no rule with this path and method is more specific"
        case .wouldDecide: "would decide, but the path is refused as ambiguous"
        case .lessSpecific(_, let kind, .end):
            "is less specific: it has \(kind.text) where the path of the deciding rule ends"
        case .lessSpecific(let segment, let kind, let other):
            "is less specific: at segment \(segment + 1) it has \(kind.text), the deciding rule \(other.text)"
        case .methodDoesNotMatch: "matches the path, but not the method"
        case .wildcardMethodLoses: "has the same path, but says \"*\" where the deciding rule names the method"
        case .headCoverLoses: "has the same path, but covers HEAD by GET where the deciding rule names HEAD"
        case .generalRuleLoses:
            "has the same path, but is for every host where the deciding rule is for this one"
        }
    }
}
