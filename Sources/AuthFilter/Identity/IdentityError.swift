/// Why the identity headers of a configuration can't be prepared. Never contains a byte of a secret.
package enum IdentityError: Error, Sendable, Equatable {
    case secretMissing(header: String)
    case secretEmpty(header: String)
    case secretNotPrintable(header: String)

    /// One plain sentence without a full stop.
    package var explanation: String {
        switch self {
        case .secretMissing(let header): "the secret for the header \(header) was not read"
        case .secretEmpty(let header): "the secret for the header \(header) is empty"
        case .secretNotPrintable(let header):
            "the secret for the header \(header) contains something other than printable ASCII"
        }
    }
}
