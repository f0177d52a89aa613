internal import COpenSSL

/// A hash function for one event loop: fetched from libcrypto once, its context restarted for each text.
final class DigestContext {
    let name: DigestName
    private let context: OpaquePointer

    init(_ name: DigestName) throws(CryptoError) {
        guard let context = EVP_MD_CTX_new() else { throw CryptoError() }
        guard let digest = EVP_MD_fetch(nil, name.rawValue, nil),
            EVP_DigestInit_ex2(context, digest, nil) == 1
        else {
            EVP_MD_CTX_free(context)
            CryptoErrorQueue.clear()
            throw CryptoError()
        }
        EVP_MD_free(digest)  // the context holds its own reference
        self.name = name
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Writes the hash over the bytes of `output` from `offset` on, of which there must be enough.
    func hash(_ text: Span<UInt8>, into output: inout [UInt8], at offset: Int) throws(CryptoError) {
        precondition(offset >= 0 && output.count - offset >= name.byteCount)
        let succeeded = output.withUnsafeMutableBufferPointer { output in
            text.withUnsafeBufferPointer { text in
                copenssl_digest_restart(context) == 1
                    && EVP_DigestUpdate(context, text.baseAddress, text.count) == 1
                    && EVP_DigestFinal_ex(context, output.baseAddress.map { $0 + offset }, nil) == 1
            }
        }
        guard succeeded else {
            CryptoErrorQueue.clear()
            throw CryptoError()
        }
    }
}
