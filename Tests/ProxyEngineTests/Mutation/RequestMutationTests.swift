import NIOCore
import ProxyEngine
import Testing

@Suite("Damaged requests are refused, or are requests that nobody can read in two ways")
struct RequestMutationTests {
    static let heads = [
        "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n",
        "POST /a/b?c=d HTTP/1.1\r\nHost: a:80\r\nContent-Length: 5\r\nAuthorization: Bearer x.y.z\r\nX-A: b\r\n\r\nabcde",
        "PUT http://[::1]:80/a HTTP/1.1\r\nA:\r\nhost: [::1]:80\r\nTransfer-Encoding: chunked\r\nX-User-Id: me\r\n\r\n0\r\n\r\n",
        "HEAD /?? HTTP/1.0\r\nConnection: close, X-A\r\nX-A: \u{80}\r\nHost: a\r\nExpect: 100-continue\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nContent-Length: 0\r\n\r\n",
    ]
    static let pieces = [
        "\r\n", "\r\n\r\n", "\r\n ", "\n", "Host: b\r\n", "\r\nHost: example.com\r\n", "Content-Length: 7\r\n",
        "Content-Length: 0\r\n",
        "Transfer-Encoding: chunked\r\n", "transfer-encoding: identity\r\n", "Content_Length: 1\r\n",
        "X_User_Id: forged\r\n", "Connection: X-A\r\n",
        "Connection: content-length\r\n", " HTTP/1.1\r\n", "chunked, ", "0", "99999999999999999999", ":", " :", "*",
        "http://", "@", "//", "?",
        "X-User-Id: forged\r\n", "HTTP/1.0", "CONNECT ", "\t", "Authorization: Bearer q\r\n",
    ]

    @Test("A thousand mutants", arguments: 0..<50)
    func mutants(seed: Int) {
        var mutator = Mutator(seed: seed, pieces: Self.pieces)
        let (head, again) = (RequestHead(), RequestHead())
        let catalogue = FieldCatalogue.request(reserved: ["X-User-Id"])
        for _ in 0..<1000 {
            let mutant = mutator.mutate(octets(mutator.generator.element(of: Self.heads)))
            let reading = head.reading(of: mutant, reserved: catalogue)
            let cut = mutator.generator.below(mutant.count + 1)
            let part = again.reading(of: mutant[..<cut], reserved: catalogue)
            #expect(part == reading || part.outcome == .incomplete, "\(text(mutant))")
            guard let parts = reading.parts else { continue }
            if let objection = Self.objection(to: Array(mutant[..<parts.length]), parts) {
                Issue.record("\(objection): \(text(mutant))")
            }
            if let objection = Self.objection(toForwarding: head, parts) {
                Issue.record("\(objection): \(text(mutant))")
            }
        }
    }

    private static func objection(to head: [UInt8], _ parts: RequestReading.Parts) -> String? {
        let message: NaiveMessage
        switch NaiveMessage.read(head) {
        case .failure(let objection): return "\(objection)"
        case .success(let read): message = read
        }
        let line = message.startLine.split(separator: " ", omittingEmptySubsequences: false)
        guard line.count == 3, line[0] == parts.method, octets(parts.method).allSatisfy(isTokenCharacter),
            line[1].hasSuffix(parts.path + parts.query), line[2] == (parts.version == .http11 ? "HTTP/1.1" : "HTTP/1.0")
        else { return "the request line is \(line)" }
        let hosts = message.values("host")
        guard hosts.count == 1 || (hosts.isEmpty && parts.version == .http10), hosts.first == parts.host
        else { return "the hosts are \(hosts)" }
        guard message.framing == parts.framing else { return "the framing is \(parts.framing)" }
        guard message.values("authorization").count < 2 else { return "there are two tokens" }
        return message.fields.count > EngineLimits().maxFields ? "there are too many fields" : nil
    }

    /// What goes on must be a request again, and the same one.
    private static func objection(toForwarding head: RequestHead, _ parts: RequestReading.Parts) -> String? {
        let forwarded = Array(forward(head, vouched: "X-Vouched: yes\r\n").readableBytesView)
        let again = RequestHead()
        guard let second = again.reading(of: forwarded).parts else { return "what goes on is no request" }
        guard second.length == forwarded.count else { return "what goes on is two requests" }
        guard second.method == parts.method, second.path == parts.path, second.query == parts.query,
            second.framing == parts.framing, second.version == .http11, second.authorization == nil,
            parts.host == nil || second.host == parts.host
        else { return "what goes on is another request" }
        guard case .success(let message) = NaiveMessage.read(forwarded) else { return "what goes on is malformed" }
        let dropped = ["connection", "keepalive", "te", "trailer", "upgrade", "xuserid", "proxy", "proxyauthorization"]
        if let field = message.fields.first(where: { dropped.contains(folded($0.name)) }) {
            return "\(field.name) goes on"
        }
        return message.fields.last?.name == "x-vouched" ? nil : "what is vouched for is missing"
    }
}
