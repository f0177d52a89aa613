import Glibc
import Testing

/// Each test has a gateway of its own, since keys are everybody's.
@Suite("gateway keys: rotation without a restart")
struct KeysCommandWireTests {
    private let email = "u\(TestToken.newJTI())@example.com"

    private func keys(_ stage: Stage, _ words: String...) throws -> (status: ExitStatus, output: String, errors: String)
    {
        try run([Paths.gateway, "keys"] + words + ["--config", stage.gateway.configurationFile])
    }

    /// Name and state of each key.
    private func list(_ stage: Stage) throws -> [(name: String, state: String)] {
        try keys(stage, "list").output.split(separator: "\n").map { line in
            let words = line.split(separator: "\t").map(String.init)
            guard words.count == 3 else { throw HarnessFailure("keys list: \(line)") }
            return (words[0], words[1])
        }
    }

    private func kid(_ login: Login) throws -> String {
        let segment = try #require(login.accessToken.split(separator: ".").first)
        let script = "import base64,json,sys; print(json.loads(base64.urlsafe_b64decode(sys.argv[1]+'=='))['kid'])"
        return try run(["python3", "-c", script, String(segment)]).output.filter { $0 != "\n" }
    }

    @Test("A new key signs within a moment, the old one's tokens stay good, and no request is refused meanwhile")
    func add() throws {
        let stage = try Stage(.accounts(GatewayConfiguration.manyRequests, blacklist: "blacklist sqlite"))
        let login = try stage.newLogin(email)
        let load = Load(port: stage.gateway.port, request: Request(target: "/x", fields: [login.bearer]))
        let added = try keys(stage, "add")
        #expect(added.status == .exited(0), "\(added.errors)")
        let name = added.output.filter { $0 != "\n" }
        #expect(try list(stage).map(\.state) == ["verifies", "signs"])
        try eventually("the new key to sign") { try kid(stage.login(email)) == name }
        #expect(try stage.get("/x", stage.login(email).bearer).outcome == "200 upstream")
        #expect(try stage.get("/x", login.bearer).outcome == "200 upstream")
        #expect(try load.stop() == ["200 upstream"])
        try stage.end()
    }

    @Test("A key that living tokens may use is retired by force only; then they are refused, also remembered ones")
    func retire() throws {
        let stage = try Stage(.accounts(GatewayConfiguration.manyRequests, blacklist: "blacklist sqlite"))
        let login = try stage.newLogin(email)
        let old = try kid(login)
        #expect(try keys(stage, "retire", old).errors.contains("the only key"))
        _ = try keys(stage, "add")
        #expect(try stage.get("/x", login.bearer).outcome == "200 upstream")
        let refused = try keys(stage, "retire", old)
        #expect(refused.status == .exited(1) && refused.errors.contains("may still live"))
        #expect(try keys(stage, "retire", old, "--force").status == .exited(0))
        try eventually("the old key to be gone") {
            try stage.get("/x", login.bearer).outcome == "401 token_invalid"
        }
        #expect(try stage.get("/x", stage.login(email).bearer).outcome == "200 upstream")
        #expect(try stage.refresh(try #require(login.refreshToken)).status == 200)
        try stage.end()
    }

    @Test("A key that is retired while a reload is under way is out of force when the reload is through")
    func duringReload() throws {
        let folder = try TemporaryFolder()
        let slow = try folder.write("slow.secret", "one")
        var configuration = GatewayConfiguration.accounts(
            GatewayConfiguration.manyRequests, blacklist: "blacklist sqlite")
        // Read after the signing keys, so a reload waits here with those that it found.
        configuration.settings += "\nidentity {\n    header  X-Gateway-Secret  file:\(slow)\n}"
        let stage = try Stage(configuration)
        let login = try stage.newLogin(email)
        let old = try kid(login)
        // The commands that change the keys must not wait there, too.
        let file = stage.gateway.configurationFile
        let script = #"sed /X-Gateway-Secret/d "$1" > "$1.keys" && rm "$0" && mkfifo "$0""#
        #expect(try run(["/bin/sh", "-c", script, slow, file]).status == .exited(0))
        stage.gateway.signal(SIGHUP)
        var writer: Int32 = -1
        try eventually("the reload to read the secret") {
            writer = open(slow, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
            return writer >= 0
        }
        for words in [["add"], ["retire", old, "--force"]] {
            let result = try run([Paths.gateway, "keys"] + words + ["--config", "\(file).keys"])
            #expect(result.status == .exited(0), "\(result.errors)")
        }
        try stage.waitForLog("signing keys: 1 verify")
        #expect(try stage.get("/x", login.bearer).outcome == "401 token_invalid")
        #expect(write(writer, "two", 3) == 3 && close(writer) == 0)
        try stage.waitForLog("are in force")
        try eventually("the old key to be gone again") {
            try stage.get("/x", login.bearer).outcome == "401 token_invalid"
        }
        #expect(try stage.get("/x", stage.login(email).bearer).outcome == "200 upstream")
        #expect(try kid(stage.login(email)) != old)
        try stage.end()
    }

    @Test("The successor of a refresh token can't be known from the token alone: it depends on the gateway's secret")
    func successors() throws {
        let stage = try Stage(.accounts(GatewayConfiguration.manyRequests, blacklist: "blacklist sqlite"))
        let token = try #require(try stage.newLogin(email).refreshToken)
        let next = try stage.refresh(token).login().refreshToken
        #expect(try stage.refresh(token).login().refreshToken == next)
        let file = stage.gateway.configurationFile.replacing("routes.conf", with: "gateway.db.keys/refresh.secret")
        _ = try run(["/bin/sh", "-c", #"printf '%064d\n' 7 > "$0""#, file])
        stage.gateway.signal(SIGHUP)
        try eventually("another secret") { try stage.refresh(token).outcome == "401 refresh_invalid" }
        // That of the last one in the chain is new in any case.
        #expect(try stage.refresh(try #require(next)).status == 200)
        try stage.end()
    }

    @Test("rotate retires what no living token was signed with")
    func rotate() throws {
        let stage = try Stage(.accounts("access-life 1s", blacklist: "blacklist sqlite"))
        for _ in 0..<2 { #expect(try keys(stage, "rotate").status == .exited(0)) }
        #expect(try list(stage).count == 3)
        // Tokens of a second, and five for the clocks.
        try eventually("the first two keys to be unused") {
            try list(stage).map(\.state) == ["unused", "unused", "signs"]
        }
        #expect(try keys(stage, "rotate").errors.split(separator: "\n").count == 2)
        #expect(try list(stage).map(\.state) == ["verifies", "signs"])
        try stage.end()
    }

    @Test("A faulty key file leaves the old keys in use, and the log says so")
    func faulty() throws {
        let stage = try Stage(.accounts(GatewayConfiguration.manyRequests, blacklist: "blacklist sqlite"))
        let login = try stage.newLogin(email)
        let folder = stage.gateway.configurationFile.replacing("routes.conf", with: "gateway.db.keys")
        _ = try run(["/bin/sh", "-c", #"echo short > "$0/99990101T000000-bad.key""#, folder])
        try eventually("the gateway to tell") { stage.gateway.standardError.contains("the old ones stay") }
        #expect(try stage.get("/x", login.bearer).outcome == "200 upstream")
        #expect(try stage.get("/x", stage.login(email).bearer).outcome == "200 upstream")
        try stage.end()
    }
}
