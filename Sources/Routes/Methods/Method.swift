/// A request method by its number: its place in IANA's registry, or `unregistered` for every other name.
///
/// Names are case-sensitive (RFC 9110 §9.1): `get` is an unregistered method.
package struct Method: Sendable, Hashable {
    /// Below 64, so that a set of methods is one word.
    let number: UInt8

    /// IANA's "Hypertext Transfer Protocol (HTTP) Method Registry" (RFC 9110 §16.1), but for its entry `*`, which
    /// is reserved because other protocols use it as a wildcard, as `routes.conf` does.
    package static let registry: [String] = [
        "ACL", "BASELINE-CONTROL", "BIND", "CHECKIN", "CHECKOUT", "CONNECT", "COPY", "DELETE", "GET", "HEAD", "LABEL",
        "LINK", "LOCK", "MERGE", "MKACTIVITY", "MKCALENDAR", "MKCOL", "MKREDIRECTREF", "MKWORKSPACE", "MOVE",
        "OPTIONS", "ORDERPATCH", "PATCH", "POST", "PRI", "PROPFIND", "PROPPATCH", "PUT", "QUERY", "REBIND", "REPORT",
        "SEARCH", "TRACE", "UNBIND", "UNCHECKOUT", "UNLINK", "UNLOCK", "UPDATE", "UPDATEREDIRECTREF",
        "VERSION-CONTROL",
    ]

    package static let connect = Method(number: 5)
    package static let delete = Method(number: 7)
    package static let get = Method(number: 8)
    package static let head = Method(number: 9)
    package static let options = Method(number: 20)
    package static let patch = Method(number: 22)
    package static let post = Method(number: 23)
    package static let put = Method(number: 27)
    package static let trace = Method(number: 32)
    /// Every name that isn't in the registry. Only `*` matches it.
    package static let unregistered = Method(number: 63)

    /// nil when the name isn't in the registry.
    package init?(name: String) {
        guard let index = Method.registry.firstIndex(of: name) else { return nil }
        number = UInt8(index)
    }

    init(number: UInt8) {
        self.number = number
    }

    package var name: String {
        self == .unregistered ? "(unregistered)" : Method.registry[Int(number)]
    }
}
