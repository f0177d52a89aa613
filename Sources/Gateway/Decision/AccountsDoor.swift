internal import Accounts
internal import AuthFilter
internal import NIOCore
internal import ProxyEngine
internal import RedisBlacklist
internal import Routes

/// Leads the requests below the accounts' prefix to the ``AccountService``: the gateway answers them itself.
///
/// One for each event loop. The service works elsewhere (`async`), so that neither bcrypt nor the database is waited for here.
final class AccountsDoor {
    /// Octets of a body; the longest that is of any use has an address, two passwords and their names.
    private static let maxBody = 16 * 1024

    private let service: AccountService
    private let prefix: [UInt8]
    private let eventLoop: any EventLoop

    init(_ service: AccountService, settings: AccountSettings, eventLoop: any EventLoop) {
        self.service = service
        prefix = Array(settings.prefix.utf8)
        self.eventLoop = eventLoop
    }

    /// What lies behind the prefix; nil where the path is not below it. Compared byte for byte: another spelling of it is an
    /// ordinary path, for which the rules decide.
    func rest(of exchange: Exchange) -> String? {
        let bytes = exchange.head.bytes
        let octets = bytes.readableBytesUInt8Span
        let path = exchange.head.path
        guard path.count >= prefix.count else { return nil }
        for index in prefix.indices where octets[path.lowerBound + index] != prefix[index] { return nil }
        guard path.count == prefix.count || octets[path.lowerBound + prefix.count] == UInt8(ascii: "/")
        else { return nil }
        return exchange.head.string(path.dropFirst(prefix.count))
    }

    func match(_ rest: String, _ exchange: Exchange) -> AccountEndpoint.Match {
        AccountEndpoint.match(method: exchange.head.string(exchange.head.method), path: rest)
    }

    /// Collects the body and has the service answer.
    func collect(_ endpoint: AccountEndpoint, _ exchange: Exchange, token: VerifiedToken?) -> Admission {
        let bearer = token.flatMap(AccountRequest.Bearer.init)
        return .collecting(
            BodyCollection(limit: Self.maxBody) { [self] body in
                ask(request(endpoint, exchange, bearer, Array(body.readableBytesView)), exchange)
            })
    }

    private func ask(_ request: AccountRequest, _ exchange: Exchange) {
        let service = service
        eventLoop.makeFutureWithTask { await Self.outcome(of: request, service) }
            .assumeIsolated().whenSuccess { Self.settle(exchange, $0) }
    }

    private static func outcome(
        of request: AccountRequest, _ service: AccountService
    ) async -> Result<AccountAnswer, AccountRefusal> {
        do throws(AccountRefusal) { return .success(try await service.answer(request)) } catch {
            return .failure(error)
        }
    }

    private static func settle(_ exchange: Exchange, _ outcome: Result<AccountAnswer, AccountRefusal>) {
        switch outcome {
        case .success(let answer):
            exchange.resolve(
                .answered(LocalResponse(status: answer.status, fieldLines: answer.fieldLines, body: answer.body)))
        case .failure(let refusal):
            if let detail = refusal.detail { exchange.attribution.detail = detail }
            exchange.resolve(.refused(Refusal(refusal)))
        }
    }

    private func request(
        _ endpoint: AccountEndpoint, _ exchange: Exchange, _ bearer: AccountRequest.Bearer?, _ body: [UInt8]
    ) -> AccountRequest {
        let head = exchange.head
        func text(_ name: StaticString) -> String {
            head.values(of: name).first.map { String(decoding: $0, as: UTF8.self) } ?? ""
        }
        return AccountRequest(
            endpoint: endpoint, body: body, contentTypes: head.values(of: "content-type"),
            cookies: head.values(of: "cookie"), origins: head.values(of: "origin"),
            fetchSites: head.values(of: "sec-fetch-site"), host: exchange.forwardedHost ?? text("host"),
            isSecure: exchange.isSecure,
            userAgent: text("user-agent"),
            address: String(exchange.clientAddressText), requestID: exchange.idText, bearer: bearer,
            now: exchange.receivedAt / 1_000_000)
    }
}

extension AccountRequest.Bearer {
    /// nil for a token without a subject, which names no account.
    init?(_ token: VerifiedToken) {
        guard let subject = token.subject, let key = token.tokenKey(prefix: []) else { return nil }
        var session: String?
        if let claims = try? JSONObject(token.claimsText),
            case .string(let id)? = claims.members.first(where: { $0.name == Array("sid".utf8) })?.value
        {
            session = String(decoding: id, as: UTF8.self)
        }
        self.init(
            subject: String(decoding: subject, as: UTF8.self), sessionID: session,
            jti: token.identifier.map { String(decoding: $0, as: UTF8.self) },
            expiresAt: token.expiresAt.milliseconds, revocationKey: key)
    }
}

extension Refusal {
    init(_ refusal: AccountRefusal) {
        let code = refusal.code
        var fieldLines = refusal.retryAfter.map { "Retry-After: \($0)\r\n" } ?? ""
        // RFC 9110 §15.5.2: a 401 names a scheme. Only a token's own fault is an error of RFC 6750.
        if code.status == 401 {
            fieldLines +=
                code == .tokenInvalid
                ? "WWW-Authenticate: Bearer error=\"invalid_token\"\r\n" : "WWW-Authenticate: Bearer\r\n"
        }
        self.init(
            status: code.status, code: code.rawValue, title: code.title, message: refusal.message,
            source: code.status == 503 ? .gateway : .client, fieldLines: fieldLines)
        guard code == .validationFailed else { return }
        let fields = refusal.fields.map { field in
            JSONText.object([
                (Array("name".utf8), JSONText.string(Array(field.name.utf8))),
                (Array("problem".utf8), JSONText.string(Array(field.problem.utf8))),
            ])
        }
        members = ",\"fields\":" + String(decoding: JSONText.array(fields), as: UTF8.self)
    }
}
