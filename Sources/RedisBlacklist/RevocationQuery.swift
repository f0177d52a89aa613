/// What is asked about one token. The keys are whole, prefix included: they are looked up, never parsed.
package struct RevocationQuery: Sendable {
    /// `<prefix><jti>` or `<prefix>sha256:<hex>`, asked with EXISTS: a key of any type revokes.
    package var tokenKey: [UInt8]?
    /// `<prefix>sub:<sub>`, asked with GET: milliseconds since 1970.
    package var subjectKey: [UInt8]?

    package init(tokenKey: [UInt8]?, subjectKey: [UInt8]?) {
        self.tokenKey = tokenKey
        self.subjectKey = subjectKey
    }
}
