internal import ProxyEngine
internal import Routes

/// Cross-origin requests (Fetch Standard §3.2): which origins are allowed, and the answer to a preflight.
///
/// The gateway alone says it: what the application says of it is dropped.
struct CORSPolicy: Sendable {
    /// What an upstream may not say where the gateway does.
    static let responseFields = [
        "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Allow-Methods",
        "Access-Control-Allow-Headers", "Access-Control-Expose-Headers", "Access-Control-Max-Age",
    ]

    private let origins: Set<[UInt8]>
    private let maxAge: Int64

    init(_ settings: CORSSettings) {
        origins = Set(settings.origins.map { Array($0.utf8) })
        maxAge = settings.maxAge.components.seconds
    }

    /// The field lines of every response. `Vary` also where there is no `Origin`: a cache must not give that response to a
    /// request that has one.
    func responseLines(for head: RequestHead) -> String {
        let given = head.values(of: "origin")
        guard given.count == 1, origins.contains(given[0]) else { return "Vary: Origin\r\n" }
        let origin = String(decoding: given[0], as: UTF8.self)
        return "Access-Control-Allow-Origin: \(origin)\r\nAccess-Control-Allow-Credentials: true\r\n"
            + "Access-Control-Expose-Headers: X-Request-Id, Retry-After, WWW-Authenticate\r\nVary: Origin\r\n"
    }

    /// nil where it is an ordinary request.
    func preflight(_ head: RequestHead) -> LocalResponse? {
        guard head.string(head.method) == "OPTIONS" else { return nil }
        let (given, method) = (head.values(of: "origin"), head.values(of: "access-control-request-method"))
        guard given.count == 1, method.count == 1 else { return nil }
        let vary = "Vary: Access-Control-Request-Method, Access-Control-Request-Headers\r\n"
        // Without a permission in the answer the browser does not send the request.
        guard origins.contains(given[0]) else { return LocalResponse(status: 204, fieldLines: vary) }
        let names = head.values(of: "access-control-request-headers").map { String(decoding: $0, as: UTF8.self) }
        let headers = names.isEmpty ? "" : "Access-Control-Allow-Headers: \(names.joined(separator: ", "))\r\n"
        return LocalResponse(
            status: 204,
            fieldLines: "Access-Control-Allow-Methods: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n\(headers)"
                + "Access-Control-Max-Age: \(maxAge)\r\n\(vary)")
    }
}
