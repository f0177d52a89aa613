/// What `Allow` says beside a 405 (RFC 9110 §10.2.1).
package struct AllowedMethods: Sendable, Equatable {
    let methods: MethodSet

    /// Where a rule says `*` every method is allowed: these are named instead of the registry's forty.
    static let usual: [Method] = [.get, .head, .post, .put, .patch, .delete, .options]

    package func contains(_ method: Method) -> Bool { methods.contains(method) }

    /// The value of the field: `GET, HEAD, POST`.
    package func render() -> String {
        if methods.contains(.unregistered) {
            return Self.usual.map(\.name).joined(separator: ", ")
        }
        return Method.registry.indices.lazy
            .map { Method(number: UInt8($0)) }
            .filter { methods.contains($0) }
            .map(\.name)
            .joined(separator: ", ")
    }
}
