internal import Routes

/// Whether a token meets a condition of a route.
enum ConditionVerdict { case met, unmet }

extension VerifiedToken {
    /// A condition is met when the claim, or any element of it, equals any of the values, byte for byte.
    func meets(_ condition: Condition) -> ConditionVerdict {
        switch condition.subject {
        case .role: return match(claims.role, condition.values)
        case .subject: return match(claims.subject, condition.values)
        case .scope:
            guard let scope = claims.scope else { return .unmet }
            return scope.isString ? matchWords(of: scope, condition.values) : match(scope, condition.values)
        case .claim(let name):
            // Looked up each time: a prepared `ClaimName` would have to be part of the table of routes.
            return match(ClaimName(name).find(in: claims.object, of: storage.span), condition.values)
        }
    }

    /// A scalar is one value and never split: "super admin" is not admin.
    private func match(_ claim: JSONValue?, _ values: [[UInt8]]) -> ConditionVerdict {
        guard let claim else { return .unmet }
        guard claim.kind == .array, var walk = JSONWalk(claim) else { return matchScalar(claim, values) }
        while let element = walk.nextElement(in: storage.span) {
            if matchScalar(element, values) == .met { return .met }
        }
        return .unmet
    }

    private func matchScalar(_ value: JSONValue, _ values: [[UInt8]]) -> ConditionVerdict {
        guard value.isComparable else { return .unmet }
        for wanted in values where JSONStringBytes.equal(value, in: storage.span, to: wanted.span) { return .met }
        return .unmet
    }

    // scope       = scope-token *( SP scope-token )                           ; RFC 6749 §3.3, RFC 8693 §4.2
    // scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
    private func matchWords(of scope: JSONValue, _ values: [[UInt8]]) -> ConditionVerdict {
        // An escape in a scope is possible and rare; the words of one without are compared where they are.
        guard scope.kind == .string else { return scopes.contains(where: values.contains) ? .met : .unmet }
        let text = storage.span
        var start = scope.range.lowerBound
        while start < scope.range.upperBound {
            var end = start
            while end < scope.range.upperBound, text[end] != UInt8(ascii: " ") { end += 1 }
            if let word = JSONValue(.string, from: start, to: end), end > start, matchScalar(word, values) == .met {
                return .met
            }
            start = end + 1
        }
        return .unmet
    }
}
