internal import Testing

private let gatewaySecret = "the-application-knows-this-0123456789"

extension GatewayConfiguration {
    fileprivate static let identityBlock = GatewayConfiguration(
        settings: """
            identity {
                header  X-Account         sub
                header  X-Tenant          org.tenant
                header  X-Gateway-Secret  env:GATEWAY_SECRET
            }
            """,
        environment: ["ACCESS_TOKEN_SECRET": TestToken.secret, "GATEWAY_SECRET": gatewaySecret])
}

@Suite("The identity block", .stage(.identityBlock))
struct IdentityBlockWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    @Test("Its headers replace the list, and a dotted claim is a path into objects")
    func replaces() throws {
        let echo = try stage.get("/x", token: TestToken().with("org", #"{"tenant":"acme"}"#)).echo()
        #expect(echo.all("X-Account") == ["u-1"])
        #expect(echo.all("X-Tenant") == ["acme"])
        #expect(echo.folded("X-User-Id") == [] && echo.folded("X-User-Role") == [])
    }

    @Test("Its names and the three default names are stripped", arguments: ["/x", "/public/x"])
    func strips(target: String) throws {
        let names = [
            "X-Account", "x_account", "X.Tenant", "X-User-Id", "X_User_Role", "X-User-Email", "X_Gateway_Secret",
        ]
        let nobody = TestToken(sub: nil)
        let echo = try stage.send(Request(target: target, fields: names.map { "\($0): spoof" } + [nobody.bearer]))
            .echo()
        #expect(!echo.fields.contains { $0.value == "spoof" })
    }

    @Test("A fixed secret tells the application that it was the gateway that asked")
    func fixedSecret() throws {
        #expect(try stage.get("/x", token: TestToken()).echo().all("X-Gateway-Secret") == [gatewaySecret])
        #expect(!stage.gateway.everythingItWrote.contains(gatewaySecret))
    }
}
