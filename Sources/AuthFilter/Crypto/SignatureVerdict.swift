/// Whether a signature belongs to a text and a key.
package enum SignatureVerdict: Sendable, Equatable {
    case match
    case mismatch
    /// Not a signature of the algorithm at all: a wrong length, a number out of range.
    case malformed
    /// libcrypto could not tell.
    case failed
}
