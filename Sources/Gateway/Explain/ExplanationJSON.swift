internal import AuthFilter
internal import ProxyEngine
internal import Routes

/// An explanation for machines. The names of the members are stable.
struct ExplanationJSON {
    private let explanation: Explanation
    private let citer: RuleCiter

    init(_ explanation: Explanation, _ citer: RuleCiter) {
        self.explanation = explanation
        self.citer = citer
    }

    /// `status` and `code` are null where the request is forwarded, `upstream` where it is not.
    var tree: JSONTree {
        let answer = answer
        return .object([
            ("method", .text(explanation.request.method)), ("target", .text(explanation.request.target)),
            ("status", answer.status), ("code", answer.code), ("upstream", answer.upstream),
            ("message", answer.message),
            ("host", host),
            ("rule", explanation.rule.map { rule($0.id) } ?? .null),
            ("segments", explanation.routing.map { .array($0.segments.map { .text($0) }) } ?? .null),
            ("candidates", .array(explanation.routing?.candidates.map(candidate) ?? [])),
            ("other_spelling", explanation.routing?.otherSpelling.map(otherSpelling) ?? .null),
            ("token", token), ("conditions", .array(explanation.conditions.map(condition))),
            ("blacklist", .string(blacklist)), ("headers", explanation.headers.map(headers) ?? .null),
        ])
    }

    private var answer: (status: JSONTree, code: JSONTree, upstream: JSONTree, message: JSONTree) {
        switch explanation.answer {
        case .forwarded(let upstream): (.null, .null, .string(upstream.name), .null)
        case .refused(let refusal): (.number(refusal.status), .string(refusal.code), .null, .string(refusal.message))
        case .served(let status): (.number(status), .null, .null, .null)
        case .unknown: (.null, .null, .null, .string("a key that the token may be signed with is not there"))
        }
    }

    /// null where the file names no hosts, or not this one.
    private var host: JSONTree {
        guard case .named(let pattern) = explanation.host else { return .null }
        return .string(pattern.text)
    }

    private func rule(_ id: RouteID) -> JSONTree {
        let citation = citer.cite(id)
        return .object([
            ("file", .string(citation.file)), ("line", .number(citation.line)), ("text", .string(citation.text)),
        ])
    }

    private func candidate(_ candidate: RouteExplanation.Candidate) -> JSONTree {
        .object([("rule", rule(candidate.route)), ("standing", .string(candidate.standing.explanation))])
    }

    private func otherSpelling(_ other: OtherSpelling) -> JSONTree {
        .object([
            ("path", .text(other.path)), ("difference", .string(other.difference.text)), ("rule", rule(other.route)),
        ])
    }

    private var token: JSONTree {
        switch explanation.token {
        case .noRule: .null
        case .notRead: .object([("state", .string("not_read"))])
        case .absent: .object([("state", .string("absent"))])
        case .refused(let fault, _):
            .object([("state", .string("refused")), ("fault", .string(fault.explanation))])
        case .accepted(let token, let isSupposed):
            .object([
                ("state", .string(isSupposed ? "supposed" : "valid")),
                ("subject", token.subject.map { .text($0) } ?? .null),
                ("expires_at", isSupposed ? .null : .string(ReadableTime.date(token.expiresAt))),
            ])
        }
    }

    private func condition(_ finding: ConditionFinding) -> JSONTree {
        .object([
            ("condition", .string(finding.condition.text)), ("met", .bool(finding.isMet)),
            ("claim", finding.claim.map { .text($0) } ?? .null),
        ])
    }

    private var blacklist: String {
        switch explanation.blacklist {
        case .notConfigured: "not_configured"
        case .noToken: "no_token"
        case .notAsked: "not_asked"
        case .asked(.clear): "clear"
        case .asked(.revoked), .asked(.revokedByUnusableCutoff): "revoked"
        case .asked(.unavailable): "unavailable"
        }
    }

    private func headers(_ report: HeaderReport) -> JSONTree {
        .object([
            ("request_line", .text(report.requestLine)),
            (
                "removed",
                .array(
                    report.removed.map { removed in
                        .object([("name", .text(removed.name)), ("reason", .string(removed.reason.rawValue))])
                    })
            ),
            ("vouched", .array(report.vouched.map { .text($0) })),
            ("added", .array(report.forwarding.map { .string($0) })),
        ])
    }
}
