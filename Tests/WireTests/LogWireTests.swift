internal import Testing

extension GatewayConfiguration {
    fileprivate static let logged = GatewayConfiguration(
        upstream: "upstream app http://127.0.0.1:@UPSTREAM@\nupstream gone http://127.0.0.1:1",
        blacklist: blacklist,
        routes: """
            *    /public/**  public                 -> app
            GET  /only-get   public                 -> app
            *    /denied/**  deny
            *    /admin/**   role=admin             -> app
            *    /gone/**    public                 -> gone
            *    /mine/**    authenticated          -> app
            """)
}

@Suite("The access log", .stage(.logged))
struct LogWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    @Test("A request that was served: who, what, which rule, which upstream, and the id that the upstream got")
    func served() throws {
        let tag = TestToken.newJTI()
        let echo = try stage.get("/mine/\(tag)?secret=1", token: TestToken(sub: "u-77")).echo()
        let line = try stage.gateway.logLines(tag)[0]
        #expect(line.members.status == 200 && line.members.method == "GET" && line.members.path == "/mine/\(tag)")
        #expect(line.members.user == "u-77" && line.members.upstream == "app" && line.members.code == nil)
        #expect(line.members.client.contains("127.0.0.1"))
        #expect(line.members.rule != nil)
        #expect(echo.all("x-request-id") == [line.members.request_id])
        #expect(!line.text.contains("secret"))
    }

    @Test(
        "Refused requests have one line each, with the code of the answer and its request id",
        arguments: [
            "GET /nowhere/@", "PUT /only-get?@", "GET /denied/@", "GET /mine/@", "GET /mine//@", "GET /public/@;x",
            "GET /admin/@", "GET /gone/@", "CONNECT /@", "GET /PUBLIC/@",
        ])
    func refused(request: String) throws {
        let tag = TestToken.newJTI()
        let words = request.replacing("@", with: tag).split(separator: " ").map(String.init)
        let token = words[1].hasPrefix("/admin") ? [TestToken(sub: "u-78").bearer] : []
        let problem = try stage.send(Request(method: words[0], target: words[1], fields: token)).problem()
        // The query is not logged: what names the request is its id.
        let line = try stage.gateway.logLines { $0.members.request_id == problem.request_id }[0]
        #expect(line.members.status == problem.status && line.members.code == problem.code)
        #expect(line.members.user == (token.isEmpty ? nil : "u-78"))
    }

    @Test(
        "So have those whose framing is wrong",
        arguments: [
            "GET /@ HTTP/1.1\r\n\r\n", "GET /@ HTTP/9.9\r\nHost: a\r\n\r\n",
            "GET /@ HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", "nonsense\r\n\r\n",
        ])
    func malformed(request: WireText) throws {
        let problem = try stage.send(request.text).problem()
        let line = try stage.gateway.logLines { $0.members.request_id == problem.request_id }[0]
        #expect(line.members.status == problem.status && line.members.code == problem.code)
    }

    @Test("No request, however it is spelled, begins a line of its own")
    func injection() throws {
        let tag = TestToken.newJTI()
        _ = try stage.send("GET /\(tag)\u{1b}[2J\" HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = try stage.send("GET /\(tag)%0a{\"x\":1} HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = try stage.get("/mine/\(tag)", token: TestToken(sub: "u\n{\"status\":200}\u{1b}\\"))
        _ = try stage.gateway.logLines("/mine/\(tag)")
        for line in stage.gateway.standardOutput.split(separator: "\n") where line.contains(tag) {
            #expect(LogLine(String(line)) != nil, "\(line)")
            #expect(!line.contains("\u{1b}"))
        }
    }

    @Test("Neither a token nor a secret is ever written")
    func secrets() throws {
        let tag = TestToken.newJTI()
        let tokens = [TestToken(), TestToken().with("exp", "1"), TestToken(role: nil), TestToken(jti: nil)]
        for token in tokens {
            _ = try stage.get("/mine/\(tag)?access_token=\(token.signed())", token: token)
            _ = try stage.get("/admin/\(tag)", token: token)
            _ = try stage.get("/mine/\(tag)", token.bearer, token.bearer)
        }
        _ = try stage.get("/mine/\(tag)", "Authorization: Bearer \(tokens[0].signed(with: "forged"))")
        _ = try stage.gateway.logLines(tag, count: 9)
        let written = stage.gateway.everythingItWrote
        #expect(!written.contains(TestToken.secret))
        for token in tokens {
            for part in token.signed().split(separator: ".").dropFirst() { #expect(!written.contains(part)) }
        }
    }

    @Test("The start says what listens where, how many rules there are, and that a blacklist is consulted")
    func start() throws {
        let written = stage.gateway.everythingItWrote
        #expect(written.contains("127.0.0.1:\(stage.gateway.port)"))
        #expect(written.contains("127.0.0.1:\(stage.gateway.adminPort)"))
        #expect(written.contains("6 rules"))
        #expect(written.lowercased().contains("blacklist"))
    }
}

@Suite("Where the log goes")
struct LogDestinationWireTests {
    @Test(
        "log off: not a line; log FILE: a file beside the configuration; text: lines for people",
        arguments: ["off", "access.log", "stdout text"])
    func destinations(destination: String) throws {
        let stage = try Stage(GatewayConfiguration(settings: "log \(destination)", routes: "* /** public"))
        let tag = TestToken.newJTI()
        #expect(try stage.get("/\(tag)").status == 200)
        try stage.end()
        let folder = stage.gateway.configurationFile.split(separator: "/").dropLast().joined(separator: "/")
        let file = try run(["cat", "/\(folder)/access.log"])
        #expect(stage.gateway.standardOutput.contains(tag) == (destination == "stdout text"))
        #expect(file.output.contains(tag) == (destination == "access.log"))
        #expect(!stage.gateway.standardError.contains(tag))
    }

    @Test("In lines for people, too, no request begins a line or a word of its own")
    func words() throws {
        let stage = try Stage(GatewayConfiguration(settings: "log stdout text"))
        let tag = TestToken.newJTI()
        #expect(try stage.get("/\(tag)", token: TestToken(sub: "u x\n\u{1b}\"y")).status == 200)
        try stage.end()
        let lines = stage.gateway.standardOutput.split(separator: "\n").filter { $0.contains(tag) }
        #expect(lines.count == 1 && lines[0].contains(" u%20x%0a%1b%22y "), "\(lines)")
    }
}
