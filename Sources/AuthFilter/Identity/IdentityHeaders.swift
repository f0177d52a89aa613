package import Routes

/// The header fields by which the application learns who asks: compiled from `identity`, filled from verified tokens.
package struct IdentityHeaders: Sendable {
    private struct Line: Sendable {
        /// The name with its colon and blank.
        let prefix: [UInt8]
        let value: Value
    }

    private enum Value: Sendable {
        case subject, email, scope
        /// Always a list, even of one: the application splits it at commas.
        case role
        case claim(ClaimName)
        case fixed([UInt8])
    }

    private let lines: [Line]

    /// The names that must be removed from every request, in any spelling, before the fields are added: those that are
    /// set, and always the default three, which an application may still trust.
    package let strippedNames: [String]

    /// - Parameter secrets: one for each secret that the settings name.
    package init(_ settings: IdentitySettings, secrets: [HeaderSecret]) throws(IdentityError) {
        var lines: [Line] = []
        for header in settings.headers {
            let value = try Self.compile(header, secrets)
            lines.append(Line(prefix: Array("\(header.name): ".utf8), value: value))
        }
        self.lines = lines
        var names = IdentitySettings.defaultNames
        for header in settings.headers where !names.contains(header.name) { names.append(header.name) }
        strippedNames = names
    }

    private static func compile(_ header: IdentityHeader, _ secrets: [HeaderSecret]) throws(IdentityError) -> Value {
        switch header.value {
        case .subject: return .subject
        case .email: return .email
        case .scope: return .scope
        case .role: return .role
        case .claim(let name): return .claim(ClaimName(name))
        case .secret(let source):
            guard let secret = secrets.first(where: { $0.source == source }) else {
                throw .secretMissing(header: header.name)
            }
            return .fixed(try secret.fieldValue(for: header.name))
        }
    }

    /// Complete field lines, each with its CRLF; empty when there is nothing to say.
    package func render(for permit: Permit) -> [UInt8] {
        var output: [UInt8] = []
        render(for: permit, to: &output)
        return output
    }

    /// The same, appended.
    package func render(for permit: Permit, to output: inout [UInt8]) {
        for line in lines {
            let start = output.count
            output += line.prefix
            let valueStart = output.count
            append(line.value, of: permit.token, to: &output)
            // A claim that is absent, or says nothing, gives no field rather than an empty one: an application
            // that looks whether the field is there must not take "" for a user.
            if output.count == valueStart {
                output.removeLast(valueStart - start)
            } else {
                output += [0x0D, 0x0A]
            }
        }
    }

    private func append(_ value: Value, of token: VerifiedToken?, to output: inout [UInt8]) {
        if case .fixed(let bytes) = value {
            output += bytes  // on public routes too: it tells who the gateway is, not who asks
            return
        }
        guard let token else { return }
        let claims = token.claims
        switch value {
        case .subject: HeaderValue.append(claims.subject, in: token.storage, to: &output)
        case .email: HeaderValue.append(claims.email, in: token.storage, to: &output)
        case .scope: HeaderValue.append(claims.scope, in: token.storage, to: &output)
        case .role: HeaderValue.append(claims.role, in: token.storage, to: &output, asList: true)
        case .claim(let name):
            let claim = name.find(in: claims.object, of: token.storage.span)
            HeaderValue.append(claim, in: token.storage, to: &output)
        case .fixed: return
        }
    }
}
