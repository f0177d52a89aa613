/// A request of HTTP/2 judged in the plainest way (RFC 9113 §8), from the lists of its fields: what it is in HTTP/1.1, if
/// anything.
struct PlainHTTP2 {
    typealias Field = PlainHead.Field

    /// `METHOD TARGET HTTP/1.1`.
    private(set) var requestLine: [UInt8] = []
    /// What stands in the head, without its framing.
    private(set) var fields: [Field] = []
    private(set) var contentLength: Int?
    private var pseudo: [String: [UInt8]] = [:]

    /// Nil where the fields are no request.
    init?(_ list: [Field], ends: Bool) {
        let control = list.prefix { $0.name.first == 0x3A }
        for field in control {
            let name = String(decoding: field.name, as: UTF8.self)
            guard [":method", ":scheme", ":authority", ":path"].contains(name), pseudo[name] == nil else { return nil }
            pseudo[name] = field.value
        }
        let others = Array(list.dropFirst(control.count))
        guard others.allSatisfy(Self.isField) else { return nil }
        guard readOrdinary(others), readControl(others) else { return nil }
        guard let contentLength else { return }
        guard !ends || contentLength == 0 else { return nil }
        fields.append(Field("content-length", "\(contentLength)"))
    }

    private mutating func readOrdinary(_ others: [Field]) -> Bool {
        let named = { (name: String) in others.filter { $0.name == octets(name) } }
        guard named("te").allSatisfy({ $0.value == octets("trailers") }) else { return false }
        guard named("host").count <= 1, named("content-length").count <= 1 else { return false }
        if let length = named("content-length").first?.value {
            guard !length.isEmpty, length.count < 20, length.allSatisfy(\.isDigit),
                let number = Int(String(decoding: length, as: UTF8.self))
            else { return false }
            contentLength = number
        }
        let special = ["host", "content-length", "cookie", "te"].map(octets)
        fields = others.filter { !special.contains($0.name) }
        let cookies = named("cookie").map(\.value)
        var cookie = Array(cookies.joined(separator: octets("; ")))
        // An empty piece at the end leaves a blank, which in HTTP/1.1 is no part of the value.
        if cookie.last == 0x20 { cookie.removeLast() }
        if !cookies.isEmpty { fields.append(Field(octets("cookie"), cookie)) }
        return true
    }

    private mutating func readControl(_ others: [Field]) -> Bool {
        let given = others.first { $0.name == octets("host") }?.value
        guard let method = pseudo[":method"], !method.isEmpty, method.allSatisfy(PlainHead.isToken) else {
            return false
        }
        if let given, let authority = pseudo[":authority"], given.map(\.lowercased) != authority.map(\.lowercased) {
            return false
        }
        guard let host = pseudo[":authority"] ?? given else { return false }
        let path: [UInt8]
        if method == octets("CONNECT") {
            guard pseudo[":scheme"] == nil, pseudo[":path"] == nil else { return false }
            path = host
        } else {
            guard pseudo[":scheme"] == octets("https"), let wanted = pseudo[":path"] else { return false }
            guard wanted.first == 0x2F || (wanted == octets("*") && method == octets("OPTIONS")) else { return false }
            path = wanted
        }
        guard (host + path).allSatisfy({ (0x21...0x7E).contains($0) }) else { return false }
        fields.insert(Field(octets("host"), host), at: 0)
        requestLine = method + [0x20] + path + octets(" HTTP/1.1")
        return true
    }

    /// §8.2.1 and §8.2.2; U+FFFD stands for what was no UTF-8.
    static func isField(_ field: Field) -> Bool {
        let forbidden = [
            "connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade", "http2-settings",
        ]
        let blanks: [UInt8?] = [0x20, 9]
        return !field.name.isEmpty && field.name.allSatisfy { PlainHead.isToken($0) && $0.lowercased == $0 }
            && field.value.allSatisfy(PlainHead.isContent) && !blanks.contains(field.value.first)
            && !blanks.contains(field.value.last) && !forbidden.map(octets).contains(field.name)
            && !String(decoding: field.value, as: UTF8.self).unicodeScalars.contains("\u{FFFD}")
    }
}
