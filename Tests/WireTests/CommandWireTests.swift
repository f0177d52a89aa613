internal import Testing

@Suite("The command line")
struct CommandWireTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let good = """
        listen    127.0.0.1:0
        upstream  app  http://127.0.0.1:1
        tokens {
            key       HS256  env:ACCESS_TOKEN_SECRET
            issuer    https://gateway.example
            audience  legacy-app
        }
        *  /admin/**  role=admin
        *  /**        authenticated
        """

    private func gateway(
        _ arguments: [String], environment: [String: String] = ["ACCESS_TOKEN_SECRET": TestToken.secret]
    ) throws -> (status: ExitStatus, output: String, errors: String) {
        try WireTests.run([Paths.gateway] + arguments, environment: environment)
    }

    @Test("check reads a file named by --config, and standard input; both names at once are refused")
    func checkNames() throws {
        let file = try folder.write("good.conf", Self.good)
        #expect(try gateway(["check", "--config", file]).status == .exited(0))
        #expect(try gateway(["check", file, "--config", file]).status == .exited(64))
        let piped = try WireTests.run(
            ["/bin/sh", "-c", #"cat "$0" | "$1" check -"#, file, Paths.gateway],
            environment: ["ACCESS_TOKEN_SECRET": TestToken.secret])
        #expect(piped.status == .exited(0), "\(piped)")
    }

    @Test("A command that is mistyped gets a suggestion")
    func mistyped() throws {
        let result = try gateway(["chek"])
        #expect(result.status == .exited(64) && result.errors.contains("did you mean \"check\"?"), "\(result)")
        let nested = try run([Paths.gateway, "users", "ad"])
        #expect(nested.status == .exited(64) && nested.errors.contains("did you mean \"users add\"?"), "\(nested)")
        for command in ["run", "check", "explain", "token", "revoke", "users", "keys", "secret"] {
            let help = try run([Paths.gateway, command, "--help"]).output
            #expect(help.contains("Examples:\n  gateway \(command)"), "\(help)")
        }
    }

    @Test(
        "token: without a gateway that ran there is no key of the accounts, and none is made; after its start the token is good"
    )
    func accountsToken() throws {
        let configuration = GatewayConfiguration.accounts(blacklist: "")
        let file = try folder.write(
            "own.conf", configuration.text(port: 0, admin: 0, upstream: 1, redis: nil))
        let early = try gateway(["token", "--config", file], environment: configuration.environment)
        #expect(early.status == .exited(64) && early.errors.contains("have no signing key yet"), "\(early)")
        let made = try WireTests.run(["/bin/sh", "-c", #"ls -A "$0""#, folder.path]).output
        #expect(made.split(separator: "\n") == ["own.conf"], "\(made)")
        let stage = try Stage(configuration)
        let running = stage.gateway.configurationFile
        let token = try gateway(["token", "--config", running], environment: configuration.environment)
        let text = token.output.filter { $0 != "\n" }
        #expect(token.status == .exited(0), "\(token)")
        let inspected = try gateway(
            ["token", "inspect", text, "--config", running], environment: configuration.environment)
        #expect(inspected.status == .exited(0), "\(inspected)")
        #expect(try stage.get("/x", "Authorization: Bearer \(text)").status == 200)
        try stage.end()
    }

    @Test("Addresses come from the environment of the gateway; one that is missing is an error that names it")
    func environmentAddresses() throws {
        let text = "listen env:GW_LISTEN\nadmin env:GW_ADMIN\nupstream app env:GW_APP\n* /** public\n"
        let file = try folder.write("env.conf", text)
        let all = ["GW_LISTEN": "127.0.0.1:0", "GW_ADMIN": "127.0.0.1:0", "GW_APP": "http://127.0.0.1:1"]
        #expect(try gateway(["check", file], environment: all).status == .exited(0))
        let result = try gateway(["check", file], environment: all.filter { $0.key != "GW_ADMIN" })
        #expect(result.status == .exited(1))
        #expect(
            result.errors.contains("env.conf:2:7: error: the environment variable GW_ADMIN is not set"), "\(result)")
    }

    @Test("check: 0 for a good file")
    func checkGood() throws {
        let file = try folder.write("good.conf", Self.good + "\nexpect GET /admin/x as role=user => 403\n")
        let result = try gateway(["check", file])
        #expect(result.status == .exited(0), "\(result)")
    }

    @Test("check: all errors of a file at once, each with its place, and not 0; run refuses the same file")
    func checkErrors() throws {
        let file = try folder.write(
            "bad.conf", Self.good + "\nGRAB /x public\n*  relative  public\nexpect GET /admin/x as role=admin => 403\n")
        for command in [["check", file], ["run", "--config", file]] {
            let result = try gateway(command)
            #expect(result.status != .exited(0))
            let written = result.output + result.errors
            #expect(written.contains("bad.conf:10:1: error:"))
            #expect(written.contains("bad.conf:11:4: error:"))
        }
    }

    @Test("An expectation that does not hold fails check, and run refuses to start")
    func failingExpectation() throws {
        let file = try folder.write("wrong.conf", Self.good + "\nexpect GET /admin/x as role=user => app\n")
        for command in [["check", file], ["run", "--config", file]] {
            let result = try gateway(command)
            #expect(result.status != .exited(0))
            #expect((result.output + result.errors).contains("wrong.conf:10:"))
        }
    }

    @Test("A secret that is not there: check warns, run refuses to start")
    func unsetSecret() throws {
        let file = try folder.write("good.conf", Self.good)
        let check = try gateway(["check", file], environment: [:])
        #expect(check.status == .exited(0))
        #expect((check.output + check.errors).contains("warning:"))
        #expect((check.output + check.errors).contains("ACCESS_TOKEN_SECRET"))
        let run = try gateway(["run", "--config", file], environment: [:])
        #expect(run.status != .exited(0))
        #expect((run.output + run.errors).contains("ACCESS_TOKEN_SECRET"))
    }

    @Test(
        "A secret that is too short or well known is refused at start, and not written",
        arguments: ["short", "change-me-change-me-change-me-change-me"])
    func weakSecret(secret: String) throws {
        let file = try folder.write("good.conf", Self.good)
        let result = try gateway(["run", "--config", file], environment: ["ACCESS_TOKEN_SECRET": secret])
        #expect(result.status != .exited(0))
        #expect(!(result.output + result.errors).contains(secret))
    }

    @Test("A secret written in clear is an error that says where it belongs, without repeating it")
    func clearSecret() throws {
        let secret = "a-secret-in-clear-0123456789abcdef"
        let file = try folder.write("clear.conf", Self.good.replacing("env:ACCESS_TOKEN_SECRET", with: secret))
        let result = try gateway(["check", file])
        #expect(result.status != .exited(0))
        #expect((result.output + result.errors).contains("env:"))
    }

    @Test("A file that is not there, and a command that is none")
    func absent() throws {
        #expect(try gateway(["check", folder.path + "/none.conf"]).status != .exited(0))
        #expect(try gateway(["run", "--config", folder.path + "/none.conf"]).status != .exited(0))
        #expect(try gateway(["juggle"]).status != .exited(0))
        #expect(try gateway(["--help"]).status == .exited(0))
    }

    @Test("token: as many as asked for, each distinct, each with the claims asked for, and the gateway takes them")
    func mint() throws {
        let stage = try Stage(
            GatewayConfiguration(
                routes: "* /admin/** role=admin\n* /deep claim.tenant=acme scope=read\n* /** authenticated"))
        let configuration = stage.gateway.configurationFile
        let result = try gateway([
            "token", "--config", configuration, "--sub", "u-5", "--role", "admin", "--role", "user", "--email",
            "a@b.test", "--scope", "read write", "--claim", "tenant=acme", "--expires-in", "15m", "--count", "3",
        ])
        #expect(result.status == .exited(0), "\(result)")
        let tokens = result.output.split(separator: "\n")
        #expect(tokens.count == 3 && Set(tokens).count == 3)
        for token in tokens {
            let bearer = "Authorization: Bearer \(token)"
            let echo = try stage.get("/admin/x", bearer).echo()
            #expect(echo.all("X-User-Id") == ["u-5"] && echo.all("X-User-Email") == ["a@b.test"])
            #expect(echo.all("X-User-Role") == ["admin,user"])
            #expect(try stage.get("/deep", bearer).outcome == "200 upstream")
        }
        try stage.end()
    }

    @Test("token --private-key signs what the public key of the file verifies", arguments: ["RS256"])
    func privateKey(algorithm: String) throws {
        let key = folder.path + "/key.pem"
        let generated = try WireTests.run([
            "openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", key,
        ])
        #expect(generated.status == .exited(0))
        let exported = try WireTests.run([
            "openssl", "pkey", "-in", key, "-pubout", "-out", folder.path + "/public.pem",
        ])
        #expect(exported.status == .exited(0))
        let stage = try Stage(
            GatewayConfiguration(
                tokens: "tokens {\n key RS256 file:\(folder.path)/public.pem kid=k1\n issuer i\n audience a\n}"))
        let minted = try gateway([
            "token", "--config", stage.gateway.configurationFile, "--sub", "u-6", "--role", "user", "--private-key",
            key, "--alg", algorithm,
            "--kid", "k1",
        ])
        #expect(minted.status == .exited(0), "\(minted)")
        let bearer = "Authorization: Bearer \(minted.output.split(separator: "\n").first ?? "")"
        #expect(try stage.get("/x", bearer).echo().all("X-User-Id") == ["u-6"])
        try stage.end()
    }
}
