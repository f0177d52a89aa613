package import Routes

/// Which tokens are accepted: the keys and the rules for claims of one configuration. Immutable, shared by all loops.
package struct TokenPolicy: Sendable {
    let keys: KeyRing
    let claims: ClaimRules

    /// - Parameter material: what the sources of `settings.keys` gave, in file order.
    package init(_ settings: TokenSettings, material: [KeyMaterial]) throws(KeyError) {
        keys = try KeyRing(material)
        claims = ClaimRules(settings)
    }
}
