internal import COpenSSL

/// libcrypto could not do its work: out of memory, or an algorithm that its configuration has switched off.
/// Never the answer to "does this signature match".
package struct CryptoError: Error, Sendable, Equatable {}

/// libcrypto's queue of errors, which is kept for each thread.
enum CryptoErrorQueue {
    /// A failed check leaves its reasons in the queue. We report none of them (they would end up in the report of the
    /// next user of libcrypto on this thread, NIOSSL for one), so whoever makes a call fail clears it.
    static func clear() { ERR_clear_error() }
}
