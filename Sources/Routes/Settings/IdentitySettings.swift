/// The identity headers that reach the upstream.
package struct IdentitySettings: Sendable, Equatable {
    /// What every client's copy is removed of, also where an `identity` block replaces the list.
    package static let defaultNames = ["X-User-Id", "X-User-Email", "X-User-Role"]

    package static let standard = IdentitySettings(headers: [
        IdentityHeader(name: "X-User-Id", value: .subject),
        IdentityHeader(name: "X-User-Email", value: .email),
        IdentityHeader(name: "X-User-Role", value: .role),
    ])

    package var headers: [IdentityHeader]

    package init(headers: [IdentityHeader]) {
        self.headers = headers
    }
}
