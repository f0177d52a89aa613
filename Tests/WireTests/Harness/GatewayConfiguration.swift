/// The routes.conf of a gateway under test. `@UPSTREAM@` and `@REDIS@` in it become the ports of the stage's.
struct GatewayConfiguration: Sendable {
    /// Fits `TestToken`.
    static let tokens = """
        tokens {
            key       HS256  env:ACCESS_TOKEN_SECRET
            issuer    https://gateway.example
            audience  legacy-app
        }
        """

    /// With more patience than the default, so that a machine that stalls makes no test fail.
    static let blacklist = """
        blacklist  redis://127.0.0.1:@REDIS@ {
            mode      ask
            deadline  5s
        }
        """

    var upstream = "upstream  app  http://127.0.0.1:@UPSTREAM@"
    var tokens = GatewayConfiguration.tokens
    var blacklist = ""
    /// Further statements: `log`, `identity`, `limits`, `paths`.
    var settings = ""
    var routes = "* /public/** public\n* /** authenticated"
    var environment = ["ACCESS_TOKEN_SECRET": TestToken.secret]
    /// What starts the program, such as `prlimit`.
    var launcher: [String] = []
    /// The launcher needs the tests' privileges and gives them up before it starts the program.
    var launcherNeedsPrivileges = false
    /// Of `gateway run`, after `--config FILE`. One loop, so that all connections share a pool.
    var arguments = ["--threads", "1"]

    func text(port: Int, admin: Int, upstream: Int, redis: Int?) -> String {
        let text = """
            listen    127.0.0.1:\(port)
            admin     127.0.0.1:\(admin)
            \(self.upstream)
            \(tokens)
            \(blacklist)
            \(settings)
            \(routes)

            """
        return text.replacing("@UPSTREAM@", with: String(upstream))
            .replacing("@REDIS@", with: redis.map { String($0) } ?? "no-redis-on-this-stage")
    }
}
