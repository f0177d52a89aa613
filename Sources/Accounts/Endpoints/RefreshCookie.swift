/// The cookie that holds the refresh token, out of reach of scripts (RFC 6265bis).
///
/// Its name says how it is protected: browsers take `__Secure-` and `__Host-` only over TLS. Over plain HTTP on the loopback,
/// where there is none, it is called `refresh`.
struct RefreshCookie {
    let prefix: String
    let isSecure: Bool

    init(prefix: String, for request: AccountRequest) {
        self.prefix = prefix
        isSecure = request.isSecure || !Self.isLoopback(request.host)
    }

    var name: String { !isSecure ? "refresh" : prefix == "/" ? "__Host-refresh" : "__Secure-refresh" }

    /// Only our own listeners are meant: whoever forges `Host` changes the name of his own cookie.
    private static func isLoopback(_ host: String) -> Bool {
        let name = host.hasPrefix("[") ? host.prefix { $0 != "]" }.dropFirst() : host.prefix { $0 != ":" }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return name.lowercased() == "localhost" || name == "::1"
            || parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    func set(_ token: RefreshToken, seconds: Int64) -> String { line(token.text, seconds) }
    func clear() -> String { line("", 0) }

    private func line(_ value: String, _ seconds: Int64) -> String {
        "Set-Cookie: \(name)=\(value); Path=\(prefix); Max-Age=\(seconds); HttpOnly;\(isSecure ? " Secure;" : "") SameSite=Strict\r\n"
    }

    enum Found: Equatable {
        case absent
        case value([UInt8])
        /// Two cookies of this name: somebody planted one.
        case ambiguous
    }

    func find(in fields: [[UInt8]]) -> Found {
        var found = Found.absent
        let start = Array("\(name)=".utf8)
        for field in fields {
            for part in field.split(separator: UInt8(ascii: ";")) {
                let pair = Array(part.drop { $0 == 0x20 || $0 == 0x09 })
                guard pair.starts(with: start) else { continue }
                guard found == .absent else { return .ambiguous }
                found = .value(Array(pair.dropFirst(start.count)))
            }
        }
        return found
    }
}
