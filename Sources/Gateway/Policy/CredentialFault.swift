internal import AuthFilter

/// Why what stands in the `Authorization` field gives nobody access.
enum CredentialFault: Equatable {
    /// The scheme is Bearer, and what follows is no token.
    case malformed
    case token(TokenRefusal)

    /// One plain sentence without a full stop, for logs and `explain`. Never contains a byte of the token.
    var explanation: String {
        switch self {
        case .malformed: "the Bearer credentials are empty or malformed"
        case .token(let refusal): refusal.explanation
        }
    }
}
