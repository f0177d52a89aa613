/// What the blacklist says about one token.
package enum RevocationAnswer: Sendable, Equatable {
    case clear
    case revoked
    /// Tokens of this subject issued before this instant (milliseconds since 1970) are logged out.
    case subjectCutoff(milliseconds: Int64)
    /// The subject's key holds no usable instant: every token of the subject is refused, and the caller logs it.
    case subjectCutoffInvalid
    /// The subject's cutoff is known, but not whether this very token is logged out.
    case cutoffOnly(milliseconds: Int64, BlacklistFailure)
    /// Nothing is known: what happens now is the configuration's choice, refusal unless it says otherwise.
    case unavailable(BlacklistFailure)
}

extension RevocationAnswer {
    /// 10¹¹ ms is the year 1973. Below it, the writer meant seconds, and a cutoff read as it stands would revoke nothing.
    private static let earliestCutoff: Int64 = 100_000_000_000

    /// Reads the answer to EXISTS; nil when that command can't be answered so.
    init?(existsReply reply: RedisReply) {
        switch reply {
        case .integer(let count): self = count > 0 ? .revoked : .clear
        case .error(let error): self = .unavailable(.errorReply(error))
        case .string, .status, .absent, .array: return nil
        }
    }

    /// Reads the answer to GET; nil when that command can't be answered so.
    package init?(getReply reply: RedisReply) {
        switch reply {
        case .absent: self = .clear
        case .string(let text): self = Self.cutoff(text)
        case .error(let error): self = .unavailable(.errorReply(error))
        case .integer, .status, .array: return nil
        }
    }

    /// The answer to both questions, this one being EXISTS's. A revocation that is known stands even if the other
    /// question failed: `on-failure allow` must not let a token through that is known to be logged out.
    func combined(withSubject subject: RevocationAnswer) -> RevocationAnswer {
        switch (self, subject) {
        case (.clear, _): subject
        case (.unavailable, .subjectCutoffInvalid): subject
        case (.unavailable(let failure), .subjectCutoff(let milliseconds)):
            .cutoffOnly(milliseconds: milliseconds, failure)
        case (.revoked, _), (.unavailable, _), (.subjectCutoff, _), (.subjectCutoffInvalid, _), (.cutoffOnly, _): self
        }
    }

    /// Digits only: a sign, a blank or a fraction is not what anybody writes who means milliseconds.
    private static func cutoff(_ text: [UInt8]) -> RevocationAnswer {
        var value: Int64 = 0
        for byte in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return .subjectCutoffInvalid }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
            guard !overflow, !carry else { return .subjectCutoffInvalid }
            value = sum
        }
        return value >= earliestCutoff ? .subjectCutoff(milliseconds: value) : .subjectCutoffInvalid
    }
}
