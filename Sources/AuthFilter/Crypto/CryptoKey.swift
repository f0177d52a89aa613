internal import COpenSSL

/// A public or private key of libcrypto.
///
/// Proof: any thread may read it, and none changes it. `pointer` is a constant, whose key is complete when `read` returns
/// it; whoever uses it makes a context of its own for one event loop and one text at a time, for which libcrypto takes the
/// key as const, and counts references atomically; `deinit` runs once, when nobody has a reference left. What libcrypto
/// remembers in a key (its form for a provider, an RSA key's blinding) is behind locks of its own (openssl-threads(7)).
/// Seen by ThreadSanitizer where four loops verify with one key while they are reloaded (`ThreadsWireTests`).
final class CryptoKey: @unchecked Sendable {
    let pointer: OpaquePointer

    enum Kind: Equatable { case rsa(bits: Int), curve(EllipticCurve), ed25519, other }
    enum Part { case publicKey, privateKey }

    /// Takes over one reference.
    private init(owning pointer: OpaquePointer) { self.pointer = pointer }

    deinit { EVP_PKEY_free(pointer) }

    var kind: Kind {
        if EVP_PKEY_is_a(pointer, "RSA") == 1 { return .rsa(bits: Int(EVP_PKEY_get_bits(pointer))) }
        if EVP_PKEY_is_a(pointer, "ED25519") == 1 { return .ed25519 }
        guard EVP_PKEY_is_a(pointer, "EC") == 1 else { return .other }
        return switch groupName {
        case EllipticCurve.p256.groupName: .curve(.p256)
        case EllipticCurve.p384.groupName: .curve(.p384)
        case EllipticCurve.p521.groupName: .curve(.p521)
        default: .other
        }
    }

    private var groupName: String? {
        var name = [CChar](repeating: 0, count: 64)
        var count = 0
        guard EVP_PKEY_get_group_name(pointer, &name, name.count, &count) == 1 else {
            CryptoErrorQueue.clear()
            return nil
        }
        return String(decoding: name.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    enum Soundness { case sound, unsound }

    /// Whether the numbers of a public key can be one: an odd modulus without small factors, a point on its curve.
    var soundness: Soundness {
        guard let context = EVP_PKEY_CTX_new_from_pkey(nil, pointer, nil) else { return .unsound }
        defer {
            EVP_PKEY_CTX_free(context)
            CryptoErrorQueue.clear()
        }
        return EVP_PKEY_public_check(context) == 1 ? .sound : .unsound
    }
}

// MARK: - Reading DER

extension CryptoKey {
    /// What a DER text is said to be by the label of its PEM block.
    enum Encoding {
        case subjectPublicKeyInfo  // RFC 5280 §4.1
        case rsaPublicKey  // RFC 8017 §A.1.1
        case certificate  // RFC 5280 §4.1
        case privateKey  // PKCS#8, PKCS#1 or SEC 1
    }

    /// Nil when the bytes are not exactly one such structure.
    static func read(_ der: [UInt8], as encoding: Encoding) -> CryptoKey? {
        defer { CryptoErrorQueue.clear() }
        let key = der.withUnsafeBufferPointer { bytes -> OpaquePointer? in
            guard let start = bytes.baseAddress else { return nil }
            var end: UnsafePointer<UInt8>? = start
            let key = decode(&end, bytes.count, encoding)
            // All of it: bytes behind the structure are somebody's mistake, or trick.
            guard end == start + bytes.count else {
                EVP_PKEY_free(key)
                return nil
            }
            return key
        }
        return key.map { CryptoKey(owning: $0) }
    }

    private static func decode(
        _ position: inout UnsafePointer<UInt8>?, _ count: Int, _ encoding: Encoding
    ) -> OpaquePointer? {
        switch encoding {
        case .subjectPublicKeyInfo: return d2i_PUBKEY(nil, &position, count)
        case .rsaPublicKey: return d2i_PublicKey(EVP_PKEY_RSA, nil, &position, count)
        case .privateKey: return d2i_AutoPrivateKey(nil, &position, count)
        case .certificate:
            guard let certificate = d2i_X509(nil, &position, count) else { return nil }
            defer { X509_free(certificate) }
            return X509_get_pubkey(certificate)
        }
    }
}
