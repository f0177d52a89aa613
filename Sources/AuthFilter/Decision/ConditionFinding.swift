package import Routes

/// How a token fares with one condition of a route: for `gateway explain`, by the check that decides.
package struct ConditionFinding: Sendable {
    package let condition: Condition
    package let isMet: Bool
    /// What the token has there, as JSON; nil: nothing.
    package let claim: [UInt8]?
}

extension VerifiedToken {
    /// All conditions of a route in written order, those behind the first unmet one too.
    package func findings(for access: Access) -> [ConditionFinding] {
        guard case .conditions(let conditions) = access else { return [] }
        return conditions.map { condition in
            ConditionFinding(
                condition: condition, isMet: meets(condition) == .met,
                claim: claim(of: condition.subject).map { Array(storage[$0.rangeWithQuotes]) })
        }
    }

    private func claim(of subject: Condition.Subject) -> JSONValue? {
        switch subject {
        case .role: claims.role
        case .scope: claims.scope
        case .subject: claims.subject
        case .claim(let name): ClaimName(name).find(in: claims.object, of: storage.span)
        }
    }
}

extension JSONValue {
    /// The whole value as it stands in the text.
    fileprivate var rangeWithQuotes: Range<Int> {
        isString ? range.lowerBound - 1..<range.upperBound + 1 : range
    }
}
