/// The rules by which refresh tokens follow each other (OAuth 2.0 Security BCP §4.14.2), as pure functions.
///
/// A token's successor is a function of the token, so presenting it twice gives the same successor: two tabs, a lost answer
/// and a crash between commit and answer all end well. What is presented long after its successor was used is taken for
/// stolen.
enum Rotation {
    struct Presented: Sendable {
        var hash: [UInt8]
        var successorHash: [UInt8]
        var now: Int64
        /// Of the successor, where it is new.
        var life: Int64
        var grace: Int64
        /// What is given out along with the successor.
        var access: AccessTokenRow
        var address: String
        var userAgent: String
    }

    enum Outcome: Sendable, Equatable {
        /// The successor is good until `expiresAt`; it may have been given out before.
        case rotated(User, Session, expiresAt: Int64)
        case unknown
        case expired
        /// The family was ended by logout or by an administrator.
        case ended
        case userDisabled
        /// The family is ended now; its access tokens that still live have to be ended, too.
        case reused(Session, [AccessTokenRow])
    }

    enum Judgement: Equatable {
        /// Presented for the first time: its successor comes into being.
        case first
        /// Presented again, and its successor is still to be had.
        case again
        case reused
    }

    /// - Parameters:
    ///   - usedAt: when the presented token was used first; nil: never.
    ///   - successorUsedAt: the same of its successor.
    static func judge(usedAt: Int64?, successorUsedAt: Int64?, now: Int64, grace: Int64) -> Judgement {
        guard usedAt != nil else { return .first }
        guard let successorUsedAt else { return .again }
        return now < successorUsedAt + grace ? .again : .reused
    }
}
