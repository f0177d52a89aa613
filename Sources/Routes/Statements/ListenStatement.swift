/// `listen ADDRESS`, alone or with a block; `admin ADDRESS`.
struct ListenStatement {
    private static let keywords = ["certificate", "tls", "client-certificate", "hsts", "http2", "redirect"]

    private let reporter: Reporter
    private var once = Once()
    private var certificates: [Listener.TLS.Certificate] = []
    private var minimum = Listener.TLS.Version.tls12
    private var client: (authority: String, need: Listener.TLS.ClientCertificate)?
    private var strictTransport: Duration?
    private var http2 = true
    private var redirectPort: Int?
    /// Where something stands that means nothing without a certificate.
    private var needsTLS: Place?

    /// - Parameter hasBlock: false for `admin`.
    static func parse(_ statement: Statement, hasBlock: Bool = false, _ reporter: Reporter) -> Listener? {
        var arguments = Arguments(statement, reporter)
        if !hasBlock { arguments.refuseBlock() }
        guard let word = arguments.next("an address: HOST:PORT, such as 127.0.0.1:8080") else { return nil }
        arguments.finish()
        var parser = ListenStatement(reporter: reporter)
        if hasBlock { parser.take(statement) }
        guard let address = HostPort(Substring(word.text), of: word, lowestPort: 0, reporter) else { return nil }
        guard let port = address.port else {
            reporter.error(word.place, "expected a port after the host", hint: "write \(word.text):8080")
            return nil
        }
        var listener = Listener(host: address.host, port: port, line: statement.line)
        listener.redirectPort = parser.redirectPort
        if !parser.certificates.isEmpty {
            listener.tls = Listener.TLS(
                certificates: parser.certificates, minimum: parser.minimum, clientAuthority: parser.client?.authority,
                clientCertificate: parser.client?.need ?? .required, strictTransport: parser.strictTransport,
                http2: parser.http2)
        }
        return listener
    }

    private init(reporter: Reporter) { self.reporter = reporter }

    private mutating func take(_ statement: Statement) {
        for setting in statement.block ?? [] {
            let name = setting.keyword.text
            guard Self.keywords.contains(name) else {
                reporter.error(
                    setting.keyword.place, "unknown setting \"\(name)\" of \"listen\"",
                    hint: Suggestion.hint(for: name, among: Self.keywords)
                        ?? "expected one of \(Self.keywords.joined(separator: ", "))")
                continue
            }
            guard name == "certificate" || once.take(setting, reporter) else { continue }
            var arguments = Arguments(setting, reporter)
            arguments.refuseBlock()
            take(name, &arguments, setting)
        }
        if let needsTLS, certificates.isEmpty {
            reporter.error(
                needsTLS, "this means nothing without a certificate",
                hint: "add a line: certificate file:chain.pem file:key.pem")
        }
        if let redirectPort, !certificates.isEmpty || needsTLS != nil {
            reporter.error(
                statement.keyword.place, "a listener that redirects to port \(redirectPort) serves nothing itself",
                hint: "put the certificate into a listener of its own: listen 0.0.0.0:443 { … }")
        }
    }

    private mutating func take(_ name: String, _ arguments: inout Arguments, _ statement: Statement) {
        if name != "certificate", name != "redirect" { needsTLS = statement.keyword.place }
        switch name {
        case "certificate": takeCertificate(&arguments, statement)
        case "tls": takeVersion(&arguments)
        case "client-certificate": takeClientCertificate(&arguments)
        case "hsts":
            guard let value = arguments.next("for how long, such as 365d") else { return }
            strictTransport = Quantity.duration(value, reporter)
            arguments.finish()
        case "http2": takeHTTP2(&arguments)
        default: takeRedirect(&arguments)
        }
    }

    private mutating func takeCertificate(_ arguments: inout Arguments, _ statement: Statement) {
        guard let chain = arguments.next("the chain and the key: certificate file:chain.pem file:key.pem"),
            let key = arguments.next("the key behind the chain: file:key.pem")
        else { return }
        arguments.finish(masking: true)
        guard let chain = file(chain), let key = file(key) else { return }
        certificates.append(Listener.TLS.Certificate(chain: chain, key: key, line: statement.line))
    }

    /// Files only: they are read again when they change.
    private func file(_ word: Word) -> String? {
        guard word.text.hasPrefix("file:") || word.text.hasPrefix("env:") else {
            reporter.error(word.place, "expected file:PATH", hint: "write file:\(word.text)")
            return nil
        }
        switch Secrets.source(word, reporter) {
        case .file(let path): return path
        case .environment:
            reporter.error(word.place, "expected file:PATH: certificates and keys are read again when they change")
            return nil
        case nil: return nil
        }
    }

    private mutating func takeVersion(_ arguments: inout Arguments) {
        guard let value = arguments.next("the lowest version of TLS: 1.2 or 1.3") else { return }
        arguments.finish()
        guard let version = Listener.TLS.Version(rawValue: value.text) else {
            return reporter.error(
                value.place, "expected 1.2 or 1.3; older versions are not safe any more (RFC 8996)")
        }
        minimum = version
    }

    private mutating func takeClientCertificate(_ arguments: inout Arguments) {
        guard let authority = arguments.next("who signs the clients' certificates: file:ca.pem") else { return }
        let need = arguments.next("optional or required")
        arguments.finish()
        guard let path = file(authority), let need else { return }
        guard let known = Listener.TLS.ClientCertificate(rawValue: need.text) else {
            return reporter.error(
                need.place, "unknown word \"\(need.text)\"; expected optional or required",
                hint: Suggestion.hint(for: need.text, among: ["optional", "required"]))
        }
        client = (path, known)
    }

    private mutating func takeHTTP2(_ arguments: inout Arguments) {
        guard let value = arguments.next("on or off") else { return }
        arguments.finish()
        switch value.text {
        case "on": http2 = true
        case "off": http2 = false
        default: reporter.error(value.place, "unknown word \"\(value.text)\"; expected on or off")
        }
    }

    /// `redirect https`, `redirect https:8443`
    private mutating func takeRedirect(_ arguments: inout Arguments) {
        guard let value = arguments.next("where to: https or https:PORT") else { return }
        arguments.finish()
        let parts = value.text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.first == "https", parts.count <= 2 else {
            return reporter.error(value.place, "expected https or https:PORT")
        }
        guard parts.count == 2 else { return redirectPort = 443 }
        guard Quantity.isDigits(parts[1]), let port = Int(parts[1]), 1...65535 ~= port else {
            return reporter.error(value.place, "expected a port from 1 to 65535 after \"https:\"")
        }
        redirectPort = port
    }
}
