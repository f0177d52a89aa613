/// What people write who know another server's configuration, and what they mean.
enum Habit {
    /// What is meant, by the first word of a line.
    struct Meaning {
        /// The statement of this language; nil: there is none.
        let statement: String?
        let hint: String
    }

    private static let listen = Meaning(statement: "listen", hint: "write a line: listen 0.0.0.0:8080")
    private static let upstream = Meaning(
        statement: "upstream", hint: "write a line: upstream app http://127.0.0.1:3000, and end rules with -> app")
    private static let rule = Meaning(
        statement: "route", hint: "write a rule: METHODS PATH WHO -> UPSTREAM, such as * /admin/** role=admin -> app")
    private static let certificate = Meaning(
        statement: nil, hint: "write: listen 0.0.0.0:443 { … } with a line: certificate file:chain.pem file:key.pem")
    private static let server = Meaning(
        statement: nil,
        hint:
            "settings stand by themselves: listen HOST:PORT, upstream NAME URL, then rules; hosts have host NAME { … }")
    private static let header = Meaning(
        statement: nil, hint: "headers about the user are named in: identity { header NAME CLAIM }")
    private static let tokens = Meaning(
        statement: "tokens", hint: "write a block: tokens { … } with a line: key HS256 env:NAME")
    private static let include = Meaning(statement: nil, hint: "one file holds everything; there is no include")
    private static let application = Meaning(
        statement: nil,
        hint: "that is for the application, or the server that it runs in: the gateway decides and forwards")
    private static let yaml = Meaning(
        statement: nil, hint: "this file is no YAML: a statement is one line, such as: listen 127.0.0.1:8080")
    private static let signIn = Meaning(
        statement: nil,
        hint:
            "tokens of an issuer are verified by its public key: tokens { … } with key and issuer; logins of its own have accounts { … }"
    )
    private static let all = Meaning(
        statement: "route", hint: "the last word of a rule's WHO says that: public, authenticated, deny or role=NAME")

    private static let meanings: [String: Meaning] = [
        // nginx
        "server": server, "http": server, "location": rule, "proxy_pass": upstream, "server_name": server,
        "proxy_set_header": header, "add_header": header, "auth_request": rule, "auth_basic": rule, "satisfy": all,
        "ssl_certificate": certificate, "ssl_certificate_key": certificate, "return": rule, "rewrite": rule,
        "try_files": rule, "root": rule, "error_page": rule, "include": include, "import": include,
        "worker_processes": Meaning(statement: nil, hint: "write on the command line: gateway run --threads N"),
        "worker_connections": Meaning(statement: nil, hint: "write: limits { … } with a line: max-connections N"),
        "events": Meaning(statement: nil, hint: "write: limits { … } with a line: max-connections N"),
        "access_log": Meaning(statement: "log", hint: "write a line: log FILE"),
        "error_log": Meaning(statement: nil, hint: "everything but the access log goes to standard error"),
        "limit_req": Meaning(statement: nil, hint: "a rule has the option rate=100/m"),
        "limit_req_zone": Meaning(statement: nil, hint: "a rule has the option rate=100/m"),
        "client_max_body_size": Meaning(statement: nil, hint: "a rule has the option max-body=10MB"),
        "set_real_ip_from": Meaning(statement: "trusted-proxies", hint: "write a line: trusted-proxies 10.0.0.0/8"),
        // HAProxy
        "frontend": listen, "bind": listen, "backend": upstream, "use_backend": rule, "default_backend": rule,
        "acl": rule, "mode": server, "global": server, "defaults": server, "balance": upstream,
        "http-request": rule, "option": server,
        "timeout": Meaning(
            statement: nil, hint: "write: limits { … } with a line such as: response-timeout 30s"),
        "maxconn": Meaning(statement: nil, hint: "write: limits { … } with a line: max-connections N"),
        "stick-table": Meaning(statement: nil, hint: "a rule has the option rate=100/m"),
        "log-format": Meaning(statement: "log", hint: "write a line: log FILE json, or text"),
        // Caddy, Traefik
        "reverse_proxy": upstream, "handle": rule, "handle_path": rule, "route": rule, "forward_auth": rule,
        "basic_auth": rule, "basicauth": rule, "respond": rule, "jwt": tokens, "jwtauth": tokens,
        "forwardauth": rule, "redir": rule, "header": header, "request_header": header, "vars": server,
        "encode": application, "file_server": application, "gzip": application, "php_fastcgi": application,
        "resolver": Meaning(statement: nil, hint: "names are looked up by the system: /etc/hosts, DNS"),
        "trusted_proxies": Meaning(statement: "trusted-proxies", hint: "write a line: trusted-proxies 10.0.0.0/8"),
        "labels": yaml, "clusters": yaml, "static_resources": yaml, "access_control": yaml, "policy": yaml,
        "from": yaml,
        "to": yaml, "rules": yaml, "spec": yaml, "metadata": yaml, "apiversion": yaml, "kind": yaml, "-": yaml,
        "default_policy": Meaning(
            statement: nil, hint: "a path without a rule is answered 404; for all others write a last rule: * /** deny"),
        "entrypoints": listen, "routers": rule, "services": upstream, "middlewares": rule, "tls": certificate,
        // Apache
        "listenport": listen, "proxypass": upstream, "proxypassreverse": upstream, "require": all, "allow": all,
        "deny": all, "order": all, "authtype": rule, "loadmodule": server, "servername": server,
        "documentroot": application, "rewriteengine": application, "rewriterule": application, "setenv": application,
        "<location": rule, "<directory": rule, "<proxy": upstream, "sslengine": certificate,
        "sslcertificatefile": certificate, "requestheader": header,
        "customlog": Meaning(
            statement: "log", hint: "write a line: log FILE"),
        // oauth2-proxy and others
        "provider": signIn, "oidc_issuer_url": signIn, "redirect_url": signIn, "email_domains": signIn,
        "email_domain": signIn, "cookie_secret": signIn, "cookie_name": signIn, "whitelist_domains": signIn,
        "allowed_users": signIn, "allowed_groups": all, "identity_providers": signIn, "authentication_backend": signIn,
        "http_address": listen, "upstreams": upstream, "port": listen, "address": listen, "target": upstream,
        "skip_auth_routes": rule, "client_id": tokens, "client_secret": tokens, "secret": tokens, "jwt_secret": tokens,
        "jwks": tokens, "jwks_uri": tokens, "key": tokens, "issuer": tokens, "audience": tokens,
        "redis": Meaning(
            statement: "blacklist", hint: "write a line: blacklist redis://127.0.0.1:6379"),
        "redis_url": Meaning(statement: "blacklist", hint: "write a line: blacklist redis://127.0.0.1:6379"),
    ]

    static func meaning(of word: String) -> Meaning? {
        if let meaning = meanings[word.lowercased()] { return meaning }
        // Options and environment of other programs, and Docker's labels.
        if word.hasPrefix("--"), word.dropFirst(2).first?.isLetter == true {
            return Meaning(
                statement: nil, hint: "options of a command line are no lines of this file: a statement is NAME VALUE")
        }
        let name = word.prefix { $0 != "=" }
        guard name.count < word.count, !name.isEmpty else { return nil }
        if name.contains("."), name.hasPrefix("http.") || name.hasPrefix("traefik.") { return yaml }
        return name.allSatisfy { $0.isUppercase || $0.isNumber || $0 == "_" }
            ? Meaning(statement: nil, hint: "a variable is set in the environment, and named here as env:NAME") : nil
    }

    /// The first word of a line that is a comment elsewhere.
    static func isComment(_ text: String) -> Bool {
        let isOption = text.hasPrefix("--") && text.dropFirst(2).first?.isLetter == true
        return ["//", "--", "/*", "*/", ";", "<!--", "%"].contains { text.hasPrefix($0) } && !text.hasPrefix("---")
            && !isOption
    }

    /// What the first line that is not empty shows of a file in another language; nil: nothing.
    static func otherLanguage(_ first: [Word]) -> String? {
        guard let word = first.first, !word.isQuoted else {
            return first.first?.isQuoted == true && first.first?.text.hasSuffix(":") == true ? "JSON" : nil
        }
        if first.count == 1, word.text == "{" || word.text == "[" { return "JSON" }
        if word.text == "---" || word.text == "%YAML" { return "YAML" }
        if word.text.hasPrefix("<") { return "XML or Apache's configuration" }
        if word.text.hasPrefix("["), word.text.hasSuffix("]") { return "TOML or INI" }
        return nil
    }

    /// A sign that stands between a name and its value in other languages.
    static func isAssignment(_ word: Word) -> Bool { word.isSign("=") || word.isSign(":") || word.isSign(":=") }

    /// What is put in for a variable elsewhere: `${NAME}`, `$NAME`, `{$NAME}`, `{{ NAME }}`, `%NAME%`.
    static func isVariable(_ word: Word) -> Bool {
        guard !word.isQuoted else { return false }
        let text = word.text
        return text.contains("${") || text.contains("{$") || text.hasPrefix("{{")
            || text.hasPrefix("$") && text.count > 1
    }
}
