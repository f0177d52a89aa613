internal import AuthFilter
internal import Foundation
internal import Routes

/// Claims: only strict JSON is read, and what the gateway takes from it is what is written there.
struct ClaimsHarness: Harness {
    private let plain: ClaimsPolicy
    private let demanding: ClaimsPolicy
    private let headers: IdentityHeaders

    init() throws {
        plain = try ClaimsPolicy("sub", "role", "scope", "email", isDemanding: false)
        demanding = try ClaimsPolicy(
            "user.id", "realm_access.roles", "scp", "https://x.example/email", isDemanding: true)
        headers = try IdentityHeaders(.standard, secrets: [])
    }

    func check(_ input: [UInt8]) throws(Objection) {
        let tree = try checkReader(input)
        for policy in [plain, demanding] {
            let verdict = VerifiedToken.hypothetical(claims: input, policy: policy.policy, at: TokenHarness.now)
            guard case .verified(let token) = verdict else { continue }
            guard let tree else { throw Objection("claims that are no JSON") }
            PlantedBug.trap(token.roles)
            let comparison = ClaimsComparison(tree, token, policy)
            try comparison.checkDates()
            try comparison.checkNames()
            try comparison.checkConditions()
            try comparison.checkHeaders(headers)
        }
    }

    /// What is read is JSON for two other readers, a strict one and Foundation's.
    private func checkReader(_ input: [UInt8]) throws(Objection) -> PlainJSON? {
        var reader = JSONReader()
        let tree = PlainJSON(input)
        do throws(JSONFault) {
            _ = try reader.read(input.span)
        } catch {
            switch error {
            case .tooDeep, .tooManyMembers, .tooLarge: break
            default: try require(tree == nil, "JSON is refused: \(error.explanation)")
            }
            return nil
        }
        guard let tree else { throw Objection("no JSON, and read") }
        if !tree.hasExtremeNumber {
            let isJSON = (try? JSONSerialization.jsonObject(with: Data(input), options: .fragmentsAllowed)) != nil
            try require(isJSON, "no JSON for Foundation")
        }
        return tree
    }
}
