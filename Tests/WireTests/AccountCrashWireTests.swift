import Glibc
import TestSupport
import Testing

@Suite("Accounts: the process dies")
struct AccountCrashWireTests {
    @Test("kill -9 in a loop of refreshes, twenty times: the client's token always leads on, in one chain")
    func killed() throws {
        let first = try GatewayProcess(
            .accounts(GatewayConfiguration.manyRequests, blacklist: ""), upstream: ReservedPort.untilTheEnd())
        let client = AccountClient(port: first.port)
        try client.register()
        var process: ChildProcess?
        defer { process?.signal(SIGKILL) }
        for _ in 0..<20 {
            let (death, killer) = (UInt32.random(in: 1000...60_000), process)
            onThread {
                usleep(death)
                if let killer { killer.signal(SIGKILL) } else { first.signal(SIGKILL) }
            }
            while client.refreshes() {}
            if let process { try process.waitForExit() } else { try first.waitForExit() }
            let next = try ChildProcess(
                [Paths.gateway, "run", "--config", first.configurationFile, "--threads", "2"], environment: [:])
            process = next
            try eventually("the gateway to accept again") {
                if next.exitStatus != nil { throw HarnessFailure("it ended:\n\(next.standardError.text)") }
                return (try? Socket.connected(to: first.port)) != nil
            }
            // The client presents what it holds: the last answer may have been lost, its session must not be.
            #expect(client.refreshes())
        }
        let heads = try AccountDatabase(besides: first.configurationFile).value(
            "SELECT count(*) FROM refresh_tokens WHERE used_at IS NULL")
        #expect(heads == "1")
        #expect(client.count > 20)
    }
}

/// A client that holds one refresh token. Used by one thread.
private final class AccountClient {
    private let port: Int
    private var token = ""
    private(set) var count = 0

    init(port: Int) { self.port = port }

    func register() throws {
        let client = try RawClient(port: port)
        let credentials = #"{"email":"a@b.example","password":"\#(Stage.password)""#
        try client.send(post("/register", credentials + "}"))
        _ = try client.response(to: "POST")
        try client.send(post("/login", credentials + #","cookie":false}"#))
        token = try client.response(to: "POST").login().refreshToken ?? ""
    }

    /// - Returns: whether there was an answer, with a new token.
    func refreshes() -> Bool {
        do {
            let client = try RawClient(port: port)
            try client.send(post("/refresh", #"{"refreshToken":"\#(token)"}"#))
            token = try client.response(to: "POST").login().refreshToken ?? ""
            count += 1
            return true
        } catch { return false }
    }

    private func post(_ path: String, _ body: String) -> String {
        Request(method: "POST", target: "/auth" + path, fields: ["Content-Type: application/json"], body: body).text
    }
}
