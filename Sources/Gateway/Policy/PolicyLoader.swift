internal import Accounts
internal import AuthFilter
internal import Glibc
internal import ProxyEngine
internal import Routes

/// From a file's name to a policy, with everything there is to say about it on the way.
struct PolicyLoader {
    let file: String

    enum Outcome {
        case loaded(GatewayPolicy, notes: [Note])
        /// At least one is an error.
        case failed([Note])
    }

    /// What a secret that can't be read means.
    enum Strictness {
        /// `run`: an error.
        case everythingMustBeThere
        /// `check`: a warning, since secrets are seldom where files are checked. Keys that are there are checked.
        case secretsMayBeMissing
    }

    /// - Parameters:
    ///   - generation: of the policy that is made.
    ///   - makesKeys: the accounts' first signing key is made where there is none. For `run` only: whoever else made it might
    ///     own it so that the gateway can't read it.
    func load(_ strictness: Strictness, generation: Int = 0, makesKeys: Bool = false) -> Outcome {
        let source: [UInt8]
        do throws(FileAccess.Failure) {
            // Relative paths are then seen from the folder at hand.
            source = try file == "-" ? FileAccess.readStandardInput() : FileAccess.read(file)
        } catch {
            let message = error.explanation
            return .failed([Note(.error, code: "file_unreadable", message: message, rendered: "error: \(message)")])
        }
        let parsed = Configuration.parse(source, file: file) { name in
            getenv(name).map { String(cString: $0) }
        }
        var notes = parsed.diagnostics.map(Note.init)
        guard let configuration = parsed.configuration else { return .failed(notes) }
        let secrets = SecretReader(file: file)
        var problems: [SecretProblem] = []
        let signingKeys = signingKeys(configuration, makesKeys, &problems)
        let (keyMaterial, unreadKeys) = keyMaterial(configuration, secrets, &problems)
        let tokens = tokenPolicy(configuration, keyMaterial + (signingKeys?.materials ?? []), &problems)
        let identity = identityHeaders(configuration, secrets, &problems)
        let password = blacklistPassword(configuration, secrets, &problems)
        problems += tlsProblems(configuration)
        let isFatal = problems.contains { !$0.isMissing || strictness == .everythingMustBeThere }
        notes += problems.map { $0.note(file, source, strictness) }
        notes += tlsWarnings(configuration).map { $0.note(file, source, strictness) }
        guard !isFatal, let identity else { return .failed(notes) }
        let policy = GatewayPolicy(
            configuration: configuration, generation: generation, tokens: tokens, keyMaterial: keyMaterial,
            identity: identity,
            blacklistPassword: password,
            signingKeys: signingKeys, unreadKeys: unreadKeys)
        return .loaded(policy, notes: notes)
    }

    private func tlsProblems(_ configuration: Configuration) -> [SecretProblem] {
        configuration.listeners.compactMap { listener in
            guard let tls = listener.tls else { return nil }
            let files =
                tls.certificates.flatMap { [($0.chain, $0.line), ($0.key, $0.line)] }
                + [tls.clientAuthority].compactMap { $0.map { ($0, nil) } }
            for (path, line) in files {
                do throws(FileAccess.Failure) {
                    _ = try FileAccess.read(FileAccess.resolve(path, besides: file))
                } catch {
                    return SecretProblem(
                        .file(path), line: line, text: "\(path): \(Self.reason(error))", isMissing: true)
                }
            }
            do throws(TLSFault) {
                _ = try ListenerOptions(listener, besides: file)
                return nil
            } catch {
                return SecretProblem(nil, line: listener.line, text: error.description, isMissing: false)
            }
        }
    }

    private static func reason(_ failure: FileAccess.Failure) -> String {
        switch failure.code {
        case ENOENT: "there is no such file"
        case EACCES, EPERM: "\(failure.reason): user \(geteuid()) may not read it"
        default: failure.reason
        }
    }

    /// Certificates that are no good any more, or soon will not be: nothing else says so before clients do.
    private func tlsWarnings(_ configuration: Configuration) -> [SecretProblem] {
        let now = Int64(time(nil))
        return configuration.listeners.flatMap { $0.tls?.certificates ?? [] }.compactMap { certificate in
            guard let life = CertificateLife(of: FileAccess.resolve(certificate.chain, besides: file)),
                let text = life.complaint(at: now)
            else { return nil }
            return SecretProblem(
                .file(certificate.chain), line: certificate.line, text: "\(certificate.chain): \(text)",
                isMissing: false, code: "certificate_expiry")
        }
    }

    /// Those of a gateway that never ran are not there yet, and that is no mistake.
    private func signingKeys(
        _ configuration: Configuration, _ makesKeys: Bool, _ problems: inout [SecretProblem]
    ) -> SigningKeys? {
        guard let accounts = configuration.accounts else { return nil }
        let database = FileAccess.resolve(accounts.database, besides: file)
        let folder = SigningKeyFolder(besides: database)
        if !makesKeys, !folder.isReady { return nil }
        do throws(SigningKeyFolder.Failure) { return try SigningKeys(folder) } catch {
            problems.append(SecretProblem(nil, line: accounts.line, text: error.description, isMissing: false))
            return nil
        }
    }

    private func keyMaterial(
        _ configuration: Configuration, _ secrets: SecretReader, _ problems: inout [SecretProblem]
    ) -> ([KeyMaterial], unread: [KeySettings]) {
        var material: [KeyMaterial] = []
        var unread: [KeySettings] = []
        for key in configuration.tokens?.keys ?? [] {
            do throws(SecretReader.Failure) {
                material.append(KeyMaterial(settings: key, bytes: try secrets.read(key.source)))
            } catch {
                unread.append(key)
                problems.append(SecretProblem(key.source, line: key.line, text: error.explanation, isMissing: true))
            }
        }
        return (material, unread)
    }

    private func tokenPolicy(
        _ configuration: Configuration, _ material: [KeyMaterial], _ problems: inout [SecretProblem]
    ) -> TokenPolicy? {
        guard let settings = configuration.tokens else { return nil }
        do throws(KeyError) {
            return try TokenPolicy(settings, material: material.isEmpty ? [Self.standIn] : material)
        } catch {
            let key = settings.keys.first { $0.line == error.line }
            problems.append(SecretProblem(key?.source, line: error.line, text: error.explanation, isMissing: false))
            return nil
        }
    }

    /// Where a file is only checked and no key is there, expectations still need a policy: one whose only key nobody
    /// knows. `run` never gets so far.
    private static var standIn: KeyMaterial {
        let random = (0..<8).map { _ in String(UInt64.random(in: .min ... .max), radix: 16) }.joined()
        return KeyMaterial(
            settings: KeySettings(algorithm: .HS256, source: .environment("")), bytes: Array(random.utf8))
    }

    /// A secret that is missing when a file is only checked is stood in for, so that the rest can be checked.
    private func identityHeaders(
        _ configuration: Configuration, _ secrets: SecretReader, _ problems: inout [SecretProblem]
    ) -> IdentityHeaders? {
        var found: [HeaderSecret] = []
        for header in configuration.identity.headers {
            guard case .secret(let source) = header.value else { continue }
            do throws(SecretReader.Failure) {
                found.append(HeaderSecret(source: source, bytes: try secrets.read(source)))
            } catch {
                problems.append(SecretProblem(source, line: nil, text: error.explanation, isMissing: true))
                found.append(HeaderSecret(source: source, bytes: Array("unread".utf8)))
            }
        }
        do throws(IdentityError) {
            return try IdentityHeaders(configuration.identity, secrets: found)
        } catch {
            problems.append(SecretProblem(nil, line: nil, text: error.explanation, isMissing: false))
            return nil
        }
    }

    private func blacklistPassword(
        _ configuration: Configuration, _ secrets: SecretReader, _ problems: inout [SecretProblem]
    ) -> [UInt8]? {
        guard let blacklist = configuration.blacklist, let source = blacklist.password else { return nil }
        do throws(SecretReader.Failure) {
            return try secrets.read(source).withoutTrailingNewline
        } catch {
            problems.append(SecretProblem(source, line: nil, text: error.explanation, isMissing: true))
            return nil
        }
    }
}
