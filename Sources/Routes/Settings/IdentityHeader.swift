/// One line of an `identity` block: `header X-Tenant tenant`, `header X-Gateway-Secret env:NAME`.
package struct IdentityHeader: Sendable, Equatable {
    package enum Value: Sendable, Equatable {
        /// What the claim named by `tokens { subject … }` holds, and so on for the next three.
        case subject, role, email, scope
        /// Any other claim, by its name.
        case claim([UInt8])
        /// A fixed secret, by which the application can tell the gateway from a neighbour.
        case secret(SecretSource)
    }

    package let name: String
    package let value: Value

    package init(name: String, value: Value) {
        self.name = name
        self.value = value
    }
}
