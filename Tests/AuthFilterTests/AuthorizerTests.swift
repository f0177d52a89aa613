import AuthFilter
import Routes
import Testing

struct AuthorizerTests {
    private let route = RouteID(index: 3)

    private func refusal(_ access: Access, _ token: VerifiedToken?) -> AccessRefusal? {
        guard case .refused(let refusal) = Authorizer.authorize(access: access, route: route, token: token) else {
            return nil
        }
        return refusal
    }

    private func condition(_ subject: Condition.Subject, _ values: String...) -> Condition {
        Condition(subject: subject, values: values.map { bytes($0) })
    }

    private func isMet(_ condition: Condition, by members: String) throws -> Bool {
        refusal(.conditions([condition]), try TestBench().token(members)) == nil
    }

    @Test func everyKindOfAccessWithoutAToken() {
        #expect(refusal(.public, nil) == nil)
        #expect(refusal(.optional, nil) == nil)
        #expect(refusal(.authenticated, nil) == .tokenMissing)
        #expect(refusal(.conditions([]), nil) == .tokenMissing)
        #expect(refusal(.conditions([condition(.role, "admin")]), nil) == .tokenMissing)
        #expect(refusal(.deny, nil) == .routeDenied)
    }

    @Test func everyKindOfAccessWithAToken() throws {
        let token = try TestBench().token("\"role\":\"admin\"")
        #expect(refusal(.public, token) == nil)
        #expect(refusal(.optional, token) == nil)
        #expect(refusal(.authenticated, token) == nil)
        #expect(refusal(.conditions([condition(.role, "admin")]), token) == nil)
        #expect(refusal(.deny, token) == .routeDenied)
    }

    @Test func aPermitNamesTheRouteAndTheTokenExceptOnPublicRoutes() throws {
        let token = try TestBench().token("\"sub\":\"u-1\"")
        func permit(_ access: Access) -> Permit? {
            guard case .permitted(let permit) = Authorizer.authorize(access: access, route: route, token: token) else {
                return nil
            }
            return permit
        }
        #expect(permit(.authenticated)?.route == route)
        #expect(permit(.authenticated)?.token?.subject == bytes("u-1"))
        #expect(permit(.optional)?.token?.subject == bytes("u-1"))
        #expect(permit(.public)?.route == route)
        #expect(permit(.public)?.token == nil)
    }

    @Test func needTellsWhetherToLookForAToken() {
        #expect(Authorizer.need(of: .public) == .none)
        #expect(Authorizer.need(of: .deny) == .none)
        #expect(Authorizer.need(of: .optional) == .optional)
        #expect(Authorizer.need(of: .authenticated) == .required)
        #expect(Authorizer.need(of: .conditions([])) == .required)
    }

    @Test func theFirstUnmetConditionNamesTheRefusal() throws {
        let token = try TestBench().token("\"role\":\"user\",\"scope\":\"read\",\"sub\":\"u-1\"")
        let (role, scope) = (condition(.role, "admin"), condition(.scope, "write", "delete"))
        let (subject, claim) = (condition(.subject, "u-2"), condition(.claim(bytes("plan")), "pro"))
        let met = condition(.role, "user")
        #expect(refusal(.conditions([role, scope]), token) == .roleRequired)
        #expect(refusal(.conditions([scope, role]), token) == .scopeRequired([bytes("write"), bytes("delete")]))
        #expect(refusal(.conditions([met, subject, role]), token) == .claimRequired)
        #expect(refusal(.conditions([met, claim]), token) == .claimRequired)
        #expect(refusal(.conditions([met, condition(.scope, "read")]), token) == nil)
    }

    @Test func theSameNameTwiceMustHoldTwice() throws {
        let both = Access.conditions([condition(.role, "a"), condition(.role, "b")])
        #expect(refusal(both, try TestBench().token("\"role\":[\"a\",\"b\"]")) == nil)
        #expect(refusal(both, try TestBench().token("\"role\":[\"a\"]")) == .roleRequired)
        #expect(refusal(both, try TestBench().token("\"role\":\"b\"")) == .roleRequired)
    }

    @Test(arguments: [
        ("\"role\":\"admin\"", true), ("\"role\":\"manager\"", true), ("\"role\":\"\\u0061dmin\"", true),
        ("\"role\":[\"x\",\"admin\"]", true),
        ("\"role\":[null,{},[],1.5,\"manager\"]", true), ("\"role\":\"super admin\"", false),
        ("\"role\":\"admin user\"", false),
        ("\"role\":\"admin,user\"", false), ("\"role\":\"Admin\"", false), ("\"role\":\"admi\"", false),
        ("\"role\":\"administrator\"", false),
        ("\"role\":[\"super admin\"]", false), ("\"role\":[[\"admin\"]]", false), ("\"role\":{\"admin\":true}", false),
        ("\"role\":null", false),
        ("\"role\":[]", false), ("\"role\":true", false), ("\"roles\":\"admin\"", false), ("\"Role\":\"admin\"", false),
        ("\"role\":\"\"", false),
        ("\"role\":\"admin\\u0000\"", false), ("\"role\":[[],\"a,\\\"admin\\\"\"]", false),
        ("\"x\":{\"role\":\"admin\"}", false),
    ])
    func aRoleIsOneValueOrAnyElement(_ members: String, _ expected: Bool) throws {
        #expect(try isMet(condition(.role, "admin", "manager"), by: members) == expected)
    }

    @Test(arguments: [
        ("\"scope\":\"billing:write\"", true), ("\"scope\":\"a billing:write b\"", true),
        ("\"scope\":\"  billing:write  \"", true),
        ("\"scope\":[\"a\",\"billing:write\"]", true), ("\"scope\":\"a\\u0020billing:write\"", true),
        ("\"scope\":\"billing\\u003awrite\"", true),
        ("\"scope\":\"billing:writes\"", false), ("\"scope\":\"xbilling:write\"", false),
        ("\"scope\":\"a,billing:write\"", false),
        ("\"scope\":\"a\\tbilling:write\"", false), ("\"scope\":[\"a billing:write\"]", false),
        ("\"scope\":\"\"", false), ("\"scope\":null", false),
        ("\"scope\":{\"billing:write\":1}", false), ("\"scp\":\"billing:write\"", false),
    ])
    func aScopeIsAWordOfAStringOrAnElement(_ members: String, _ expected: Bool) throws {
        #expect(try isMet(condition(.scope, "billing:write"), by: members) == expected)
    }

    @Test func anEmptyScopeValueMatchesNoGapBetweenBlanks() throws {
        #expect(try !isMet(condition(.scope, ""), by: "\"scope\":\"a  b \""))
    }

    /// Integers and booleans compare as written; null, object and fraction never match.
    @Test(arguments: [
        ("7", "7", true), ("-7", "-7", true), ("true", "true", true), ("false", "false", true), ("\"7\"", "7", true),
        ("\"true\"", "true", true),
        ("12345678901234567890", "12345678901234567890", true), ("[1,2,7]", "7", true), ("7.0", "7.0", false),
        ("7.0", "7", false),
        ("7e0", "7", false), ("7e0", "7e0", false), ("null", "null", false), ("{}", "{}", false), ("[]", "[]", false),
        ("[null]", "null", false),
        ("07", "7", false), ("77", "7", false), ("\"*\"", "*", true), ("\"anything\"", "*", false),
        ("[[7]]", "7", false),
    ])
    func valuesCompareAsWritten(_ claim: String, _ value: String, _ expected: Bool) throws {
        guard claim != "07" else {
            return #expect(try TestBench().verify(claims: "{\"exp\":1700000900,\"x\":07}").fault != nil)
        }
        #expect(try isMet(condition(.claim(bytes("x")), value), by: "\"x\":\(claim)") == expected)
    }

    @Test(arguments: [
        ("\"a.b\":\"v\"", true), ("\"a\":{\"b\":\"v\"}", true), ("\"a.b\":\"w\",\"a\":{\"b\":\"v\"}", false),
        ("\"a\":{\"b\":{\"c\":\"v\"}}", false),
        ("\"a\":[{\"b\":\"v\"}]", false), ("\"b\":\"v\"", false), ("\"z\":{\"a\":{\"b\":\"v\"}}", false),
        ("\"y\":\"\\\"a\\\":{\\\"b\\\":\\\"v\\\"}\"", false),
        ("\"z\":[\"]\",{\"a\":1}],\"a\":{\"q\":\"}\",\"b\":\"v\"}", true),
    ])
    func aClaimIsAKeyOrAPath(_ members: String, _ expected: Bool) throws {
        #expect(try isMet(condition(.claim(bytes("a.b")), "v"), by: members) == expected)
    }

    @Test(arguments: [("\"sub\":\"u-1\"", true), ("\"sub\":\"u-10\"", false), ("\"sub\":\"U-1\"", false), ("", false)])
    func aSubjectConditionNamesTheUser(_ members: String, _ expected: Bool) throws {
        #expect(try isMet(condition(.subject, "u-1"), by: members) == expected)
    }

    @Test func bytesAreComparedNotCharacters() throws {
        #expect(try isMet(condition(.role, "caf\u{e9}"), by: "\"role\":\"caf\\u00e9\""))
        #expect(try !isMet(condition(.role, "caf\u{e9}"), by: "\"role\":\"cafe\u{301}\""))
        #expect(try isMet(condition(.role, "\u{1F600}"), by: "\"role\":\"\\ud83d\\ude00\""))
        #expect(try isMet(condition(.role, "\u{20ac}"), by: "\"role\":\"\\u20AC\""))
    }

    @Test func refusalsHaveTheCodesOfTheContract() {
        #expect(AccessRefusal.tokenMissing.code == .tokenMissing)
        #expect(AccessRefusal.routeDenied.code == .routeDenied)
        #expect(AccessRefusal.roleRequired.code == .roleRequired)
        #expect(AccessRefusal.claimRequired.code == .claimRequired)
        #expect(AccessRefusal.scopeRequired([]).code == .scopeRequired)
        #expect(TokenRefusal.invalid(.tooLarge).code == .tokenInvalid)
        #expect(TokenRefusal.notYetValid.code == .tokenNotYetValid)
        #expect(TokenRefusal.expired.code == .tokenExpired)
    }
}
