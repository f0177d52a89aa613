import FoundationEssentials
import Testing

extension GatewayConfiguration {
    /// Accounts with Redis behind them. The cost is the lowest there is: what is tested is not how long a hash takes.
    static func accounts(_ settings: String = "", blacklist: String = GatewayConfiguration.blacklist)
        -> GatewayConfiguration
    {
        GatewayConfiguration(
            tokens: """
                tokens {
                    issuer    https://gateway.example
                    audience  legacy-app
                }
                """,
            blacklist: blacklist,
            settings: """
                accounts {
                    bcrypt-cost  4
                    \(settings)
                }
                """,
            routes: "* /admin/** role=admin\n* /** authenticated", environment: [:], arguments: ["--threads", "2"])
    }

    static let manyRequests = "rate login=10000/m register=10000/m refresh=100000/m password=10000/m"

    /// With hashes that cost so much, as many as anybody likes.
    static func hashing(cost: Int) -> GatewayConfiguration {
        var configuration = accounts(manyRequests)
        configuration.settings.replace("bcrypt-cost  4", with: "bcrypt-cost  \(cost)")
        return configuration
    }

    /// Keeps the gateway to the first processor that this process may use, so that one thread hashes; another is left to the
    /// other tests.
    ///
    /// - Returns: which.
    mutating func useOneProcessor() throws -> String {
        let allowed = try run(["sh", "-c", "taskset -cp $$"]).output
        let processor = try #require(allowed.split(separator: " ").last).prefix { $0.isNumber }
        launcher = ["taskset", "-c", String(processor)]
        return String(processor)
    }
}

/// What a login answers with.
struct Login: Decodable {
    let accessToken: String
    let tokenType: String
    let expiresIn: Int
    let refreshToken: String?

    var bearer: String { "Authorization: Bearer \(accessToken)" }
}

extension Stage {
    static let password = "correct horse battery"

    /// A request to an endpoint below `/auth`, with a body of JSON or none.
    func account(
        _ method: String, _ path: String, _ body: String? = nil, fields: [String] = []
    ) throws -> Response {
        let type = body == nil ? [] : ["Content-Type: application/json"]
        return try send(accountText(method, path, body, fields: type + fields), method: method)
    }

    func accountText(_ method: String, _ path: String, _ body: String?, fields: [String]) -> String {
        let length =
            body.map { ["Content-Length: \($0.utf8.count)"] } ?? (method == "POST" ? ["Content-Length: 0"] : [])
        let lines = ["\(method) /auth\(path) HTTP/1.1", "Host: 127.0.0.1"] + fields + length
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")
    }

    func credentials(_ email: String, _ password: String = Stage.password, _ more: String = "") -> String {
        #"{"email":"\#(email)","password":"\#(password)"\#(more)}"#
    }

    /// A new user, logged in without a cookie.
    func newLogin(_ email: String = "u\(TestToken.newJTI())@example.com") throws -> Login {
        let registered = try account("POST", "/register", credentials(email))
        guard registered.status == 201 else { throw HarnessFailure("register: \(registered.text)") }
        return try login(email)
    }

    func login(_ email: String, _ password: String = Stage.password) throws -> Login {
        try account("POST", "/login", credentials(email, password, #","cookie":false"#)).login()
    }

    func refresh(_ token: String) throws -> Response {
        try account("POST", "/refresh", #"{"refreshToken":"\#(token)"}"#)
    }
}

extension Response {
    func login() throws -> Login {
        guard status == 200 else { throw HarnessFailure("\(status) \(text)") }
        return try JSONDecoder().decode(Login.self, from: Data(body.bytes))
    }
}

/// Looks into the file while the gateway uses it.
struct AccountDatabase {
    let file: String

    init(besides configuration: String) { file = configuration.replacing("routes.conf", with: "gateway.db") }

    /// The first value of the answer.
    func value(_ query: String) throws -> String {
        try python("print(c.execute(sys.argv[2]).fetchone()[0])", query).filter { $0 != "\n" }
    }

    func change(_ statement: String) throws { _ = try python("c.execute(sys.argv[2]); c.commit()", statement) }

    private func python(_ work: String, _ statement: String) throws -> String {
        let script = "import sqlite3,sys; c = sqlite3.connect(sys.argv[1]); \(work)"
        let result = try run(["python3", "-c", script, file, statement])
        guard result.status == .exited(0) else { throw HarnessFailure(result.errors) }
        return result.output
    }
}
