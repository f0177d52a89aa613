internal import Accounts
internal import AuthFilter
internal import Logging
internal import Routes

/// Takes up the gateway's own signing keys when they change, without a restart and without refusing a request.
///
/// Every event loop verifies with a new key before the first token is signed with it.
struct SigningKeyWatch: Sendable {
    /// How long a change may take to be seen.
    static let interval: Duration = .seconds(1)

    let current: CurrentPolicy
    let folder: SigningKeyFolder
    let accounts: AccountService
    let gatekeepers: LoopRegistry<AuthenticatingGatekeeper>
    let logger: Logger

    /// Until it is cancelled.
    func watch() async {
        var known = (try? folder.fingerprint()) ?? []
        // What changed between the start and now is a change, too.
        if known.count != current.policy.signingKeys?.materials.count { known = [] }
        var generation = current.policy.generation
        var failure = ""
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.interval)
            do {
                let found = try folder.fingerprint()
                let policy = current.policy
                // A reload read the keys when it began, and may have put those in the place of newer ones.
                guard found != known || policy.generation != generation else { continue }
                try await use(SigningKeys(folder), of: policy)
                generation = policy.generation
                failure = ""
                guard found != known else { continue }
                known = found
                logger.notice("signing keys: \(found.count) verify, the newest signs")
            } catch {
                // The last good set goes on. Told once for each reason.
                if "\(error)" != failure { logger.error("signing keys: \("\(error)".printable); the old ones stay") }
                failure = "\(error)"
            }
        }
    }

    private func use(_ keys: SigningKeys, of policy: GatewayPolicy) async throws(KeyError) {
        guard let settings = policy.configuration.tokens else { return }
        let tokens = try TokenPolicy(settings, material: policy.keyMaterial + keys.materials)
        // Once here, so that what can't be used is known before any event loop has it.
        _ = try TokenVerifier(policy: tokens)
        await gatekeepers.update { gatekeeper in
            if let verifier = try? TokenVerifier(policy: tokens) { gatekeeper.replaceVerifier(verifier) }
        }
        accounts.use(keys)
    }
}
