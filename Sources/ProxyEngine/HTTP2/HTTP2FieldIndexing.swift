internal import NIOHPACK

/// Which fields of responses enter the HPACK table of a connection (RFC 7541 §6.2).
///
/// NIOHTTP2 lets the client choose how large that table grows and searches it from end to end for each field. So only
/// fields enter that repeat from response to response, and no more than 4096 octets of them, whatever the client allows.
struct HTTP2FieldIndexing {
    /// Octets of the table, as RFC 7541 §4.1 counts them.
    private static let capacity = 4096
    /// What an entry counts besides its name and its value.
    private static let overhead = 32
    private static let repeating: Set<String> = [
        ":status", "accept-ranges", "access-control-allow-credentials", "access-control-allow-headers",
        "access-control-allow-methods", "access-control-allow-origin", "access-control-expose-headers",
        "cache-control", "content-encoding", "content-language", "content-type", "permissions-policy",
        "referrer-policy", "server", "strict-transport-security", "vary", "via", "x-content-type-options",
        "x-frame-options",
    ]

    private var entered: [(name: String, value: String)] = []
    private var room = capacity

    mutating func indexing(of name: String, _ value: String) -> HPACKIndexing {
        // A cookie must not be kept in the table of a connection, where its compressed length could tell what it is.
        if name == "set-cookie" { return .neverIndexed }
        guard Self.repeating.contains(name) else { return .nonIndexable }
        if entered.contains(where: { $0.name == name && $0.value == value }) { return .indexable }
        let size = name.utf8.count + value.utf8.count + Self.overhead
        guard size <= room else { return .nonIndexable }
        room -= size
        entered.append((name, value))
        return .indexable
    }
}
