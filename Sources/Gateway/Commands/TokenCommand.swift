internal import Accounts
internal import ArgumentParser
internal import AuthFilter
internal import Glibc
internal import Routes

struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Make tokens that the gateway accepts: for trying things out and for load tests.",
        discussion: """
            Signs with the first HS key of the configuration, else with the accounts' own newest key, or with --private-key for the others. Issuer, audience and \
            the names of the claims are the configuration's. `gateway token inspect` says what is wrong with one.

            \(Examples.token)
            """,
        subcommands: [TokenInspectCommand.self])

    @OptionGroup var file: ConfigurationOption

    @Option(help: "The subject.")
    var sub = "user-1"

    @Option(help: "A role; repeated, the roles are an array.")
    var role: [String] = []

    @Option(help: "The e-mail address.")
    var email: String?

    @Option(help: "The scopes, separated by blanks.")
    var scope: String?

    @Option(
        name: .customLong("claim"), help: "NAME=VALUE: a further claim. Integers, true and false are written as such.")
    var claims: [String] = []

    @Option(name: .customLong("expires-in"), help: "The time to live: 90s, 15m, 12h, 7d.")
    var expiresIn = "15m"

    @Option(help: "The token's id; default: a random one.")
    var jti: String?

    @Flag(name: .customLong("no-jti"), help: "No id: the blacklist then knows the token by its SHA-256.")
    var noJti = false

    @Option(help: "The key to sign with, by its kid.")
    var kid: String?

    @Option(help: "The algorithm to sign with; default: that of the first key that fits.")
    var alg: String?

    @Option(name: .customLong("private-key"), help: "A PEM private key, for RS, PS, ES and EdDSA.")
    var privateKey: String?

    @Option(help: "How many tokens, one a line, each with its own id.")
    var count = 1

    func validate() throws {
        guard (1...1_000_000).contains(count) else {
            throw ValidationError("--count takes a number from 1 to 1000000.")
        }
        guard noJti == false || jti == nil else { throw ValidationError("--jti and --no-jti contradict each other.") }
        guard TimeText.seconds(expiresIn) != nil
        else { throw ValidationError("--expires-in takes a number with s, m, h or d: 15m.") }
    }

    func run() throws {
        let policy = try file.load()
        guard let settings = policy.configuration.tokens else {
            throw ValidationError("\(file.file) has no tokens block, so there is no key to sign with.")
        }
        let mint = try ownMint(policy) ?? makeMint(settings)
        for _ in 0..<count {
            let token = try mint.mint(claims: claimsText(settings))
            Console.output(String(decoding: token, as: UTF8.self))
        }
    }

    /// By the accounts' newest key, where the file has accounts and no HS key of its own.
    private func ownMint(_ policy: GatewayPolicy) throws -> TokenMint? {
        let hasOther = policy.configuration.tokens?.keys.contains { $0.algorithm.isSymmetric } ?? false
        guard privateKey == nil, !hasOther, policy.configuration.accounts != nil else { return nil }
        guard let keys = policy.signingKeys else {
            throw ValidationError(
                "The accounts of \(file.file) have no signing key yet: the gateway makes it when it first runs.")
        }
        let wanted = keys.materials.last { key in
            (alg == nil || key.settings.algorithm.rawValue == alg)
                && (kid == nil || key.settings.kid == kid.map { Array($0.utf8) })
        }
        guard let wanted else { throw ValidationError("No signing key of the accounts fits; gateway keys lists them.") }
        do throws(KeyError) { return try TokenMint(wanted) } catch { throw ValidationError(error.explanation) }
    }

    private func makeMint(_ settings: TokenSettings) throws -> TokenMint {
        let wanted = settings.keys.first { key in
            (alg == nil || key.algorithm.rawValue == alg) && (kid == nil || key.kid == kid.map { Array($0.utf8) })
                && key.algorithm.isSymmetric == (privateKey == nil)
        }
        guard let key = wanted else {
            throw ValidationError(
                privateKey == nil
                    ? "No HS key of \(file.file) fits; for the other algorithms give --private-key FILE."
                    : "No public key of \(file.file) fits, so no token signed with it would be accepted.")
        }
        do {
            let bytes =
                try privateKey.map { path throws(FileAccess.Failure) in try FileAccess.read(path) }
                ?? SecretReader(file: file.file).read(key.source)
            return try TokenMint(KeyMaterial(settings: key, bytes: bytes))
        } catch let failure as FileAccess.Failure {
            throw ValidationError(failure.explanation)
        } catch let failure as SecretReader.Failure {
            throw ValidationError(failure.explanation)
        } catch let failure as KeyError {
            throw ValidationError(failure.explanation)
        }
    }

    private func claimsText(_ settings: TokenSettings) throws -> [UInt8] {
        let now = WallTime.milliseconds()
        func text(_ value: String) -> [UInt8] { JSONText.string(Array(value.utf8)) }
        var members = [(name: settings.subjectClaim, value: text(sub))]
        if let email { members.append((settings.emailClaim, text(email))) }
        if role.count == 1 { members.append((settings.roleClaim, text(role[0]))) }
        if role.count > 1 { members.append((settings.roleClaim, JSONText.array(role.map(text)))) }
        if let scope { members.append((settings.scopeClaim, text(scope))) }
        if !noJti { members.append((Array("jti".utf8), text(jti ?? Self.randomIdentifier()))) }
        if let issuer = settings.issuers.first { members.append((Array("iss".utf8), JSONText.string(issuer))) }
        if let audience = settings.audiences.first { members.append((Array("aud".utf8), JSONText.string(audience))) }
        members.append((Array("iat".utf8), WallTime.decimal(now)))
        let expiry = now / 1000 + Int64(TimeText.seconds(expiresIn) ?? 900)
        members.append((Array("exp".utf8), Array("\(expiry)".utf8)))
        for claim in claims {
            guard let equals = claim.firstIndex(of: "="), equals != claim.startIndex
            else { throw ValidationError("--claim takes NAME=VALUE.") }
            let (name, value) = (Array(claim[..<equals].utf8), String(claim[claim.index(after: equals)...]))
            // A claim that is given replaces the one that would be there: subject userId and --claim userId=7.
            members.removeAll { $0.name == name }
            let isLiteral = Int(value).map { "\($0)" == value } ?? (value == "true" || value == "false")
            members.append((name, isLiteral ? Array(value.utf8) : text(value)))
        }
        return JSONText.object(members)
    }

    private static func randomIdentifier() -> String {
        let (high, low) = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))
        func hex(_ value: UInt64) -> String {
            let digits = String(value, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
        return hex(high) + hex(low)
    }
}

/// `15m` as the configuration writes durations, on the command line.
enum TimeText {
    static func seconds(_ text: String) -> Int? {
        guard let unit = text.last, let number = Int(text.dropLast()), number > 0, number < 1_000_000 else {
            return nil
        }
        switch unit {
        case "s": return number
        case "m": return number * 60
        case "h": return number * 3600
        case "d": return number * 86400
        default: return nil
        }
    }
}
