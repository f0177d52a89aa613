internal import Routes

/// All keys of a configuration, in file order, and the choice among them.
struct KeyRing: Sendable {
    let keys: [VerificationKey]

    init(_ material: [KeyMaterial]) throws(KeyError) {
        guard !material.isEmpty else { throw KeyError(.noKeys, for: nil) }
        var keys: [VerificationKey] = []
        for material in material {
            let key = try VerificationKey(material)
            guard key.kid == nil || !keys.contains(where: { $0.kid == key.kid }) else {
                throw KeyError(.duplicateKeyName, for: material.settings)
            }
            keys.append(key)
        }
        self.keys = keys
    }

    /// The positions of the keys that a token with this header may be verified with, in the order to try them.
    ///
    /// - A `kid` that a key has: that key alone, and only for its algorithm.
    /// - No `kid`, or one that no key has: the keys without one, of the token's algorithm.
    func candidates(algorithm: TokenAlgorithm, kid: [UInt8]?) throws(TokenFault) -> [Int] {
        if let kid, let named = keys.firstIndex(where: { $0.kid == kid }) {
            guard keys[named].algorithm == algorithm else { throw .keyAlgorithmMismatch }
            return [named]
        }
        let unnamed = keys.indices.filter { keys[$0].kid == nil && keys[$0].algorithm == algorithm }
        guard !unnamed.isEmpty else { throw .noKeyForAlgorithm }
        return unnamed
    }
}
