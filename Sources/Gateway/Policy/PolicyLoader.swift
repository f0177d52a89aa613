internal import AuthFilter
internal import Routes

/// From a file's name to a policy, with everything there is to say about it on the way.
struct PolicyLoader {
    let file: String

    enum Outcome {
        case loaded(GatewayPolicy, notes: [String])
        /// Messages to print; at least one is an error.
        case failed([String])
    }

    /// What a secret that can't be read means.
    enum Strictness {
        /// `run`: an error.
        case everythingMustBeThere
        /// `check`: a warning, since secrets are seldom where files are checked. Keys that are there are checked.
        case secretsMayBeMissing
    }

    func load(_ strictness: Strictness) -> Outcome {
        let source: [UInt8]
        do throws(FileAccess.Failure) { source = try FileAccess.read(file) } catch {
            return .failed(["error: \(error.explanation)"])
        }
        let parsed = Configuration.parse(source, file: file)
        var notes = parsed.diagnostics.map { $0.rendered() }
        guard let configuration = parsed.configuration else { return .failed(notes) }
        let secrets = SecretReader(file: file)
        var problems: [Problem] = []
        let tokens = tokenPolicy(configuration, secrets, &problems)
        let identity = identityHeaders(configuration, secrets, &problems)
        let password = blacklistPassword(configuration, secrets, &problems)
        let isFatal = problems.contains { !$0.isMissing || strictness == .everythingMustBeThere }
        notes += problems.map { $0.rendered(file, strictness) }
        guard !isFatal, let identity else { return .failed(notes) }
        let policy = GatewayPolicy(
            configuration: configuration, tokens: tokens, identity: identity, blacklistPassword: password)
        return .loaded(policy, notes: notes)
    }

    /// Something about a secret, with the line of the file that names it.
    private struct Problem {
        var line: Int
        var text: String
        /// It is not there, as opposed to: it is there and no good.
        var isMissing: Bool

        func rendered(_ file: String, _ strictness: Strictness) -> String {
            let place = line > 0 ? "\(file):\(line)" : file
            let isWarning = isMissing && strictness == .secretsMayBeMissing
            return "\(place): \(isWarning ? "warning" : "error"): \(text)"
        }
    }

    private func tokenPolicy(
        _ configuration: Configuration, _ secrets: SecretReader, _ problems: inout [Problem]
    ) -> TokenPolicy? {
        guard let settings = configuration.tokens else { return nil }
        var material: [KeyMaterial] = []
        for key in settings.keys {
            do throws(SecretReader.Failure) {
                material.append(KeyMaterial(settings: key, bytes: try secrets.read(key.source)))
            } catch {
                problems.append(Problem(line: key.line, text: error.explanation, isMissing: true))
            }
        }
        guard !material.isEmpty else { return nil }
        do throws(KeyError) {
            return try TokenPolicy(settings, material: material)
        } catch {
            problems.append(Problem(line: error.line, text: error.explanation, isMissing: false))
            return nil
        }
    }

    /// A secret that is missing when a file is only checked is stood in for, so that the rest can be checked.
    private func identityHeaders(
        _ configuration: Configuration, _ secrets: SecretReader, _ problems: inout [Problem]
    ) -> IdentityHeaders? {
        var found: [HeaderSecret] = []
        for header in configuration.identity.headers {
            guard case .secret(let source) = header.value else { continue }
            do throws(SecretReader.Failure) {
                found.append(HeaderSecret(source: source, bytes: try secrets.read(source)))
            } catch {
                problems.append(Problem(line: 0, text: "identity: \(error.explanation)", isMissing: true))
                found.append(HeaderSecret(source: source, bytes: Array("unread".utf8)))
            }
        }
        do throws(IdentityError) {
            return try IdentityHeaders(configuration.identity, secrets: found)
        } catch {
            problems.append(Problem(line: 0, text: error.explanation, isMissing: false))
            return nil
        }
    }

    private func blacklistPassword(
        _ configuration: Configuration, _ secrets: SecretReader, _ problems: inout [Problem]
    ) -> [UInt8]? {
        guard let blacklist = configuration.blacklist, let source = blacklist.password else { return nil }
        do throws(SecretReader.Failure) {
            return try secrets.read(source).withoutTrailingNewline
        } catch {
            problems.append(Problem(line: blacklist.line, text: error.explanation, isMissing: true))
            return nil
        }
    }
}
