import Routes
import Testing

@Suite("What people write who know another server")
struct HabitTests {
    private static let start = "listen 127.0.0.1:8080\nupstream app http://127.0.0.1:3000\n"
    private static let end = "GET /a public -> app\nGET /b public -> app\nGET /c public -> app\n"

    /// One error, that one, with that hint.
    private func expect(_ text: String, _ line: Int, _ message: String, _ hint: String) {
        let errors = parse(text).errors
        #expect(errors.count == 1, "\(errors.map { $0.rendered() }.joined(separator: "\n"))")
        let (actual, advice) = (errors.first?.message ?? "", errors.first?.hint ?? "")
        #expect(errors.first?.line == line)
        #expect(actual.contains(message), "\(actual)")
        #expect(advice.contains(hint), "\(advice)")
    }

    @Test(
        "A line of another language is one error that says what to write",
        arguments: [
            ("proxy_pass http://127.0.0.1:3000", "unknown statement", "upstream app http://"),
            ("server_name example.com", "unknown statement", "host NAME"),
            ("location /admin", "unknown statement", "write a rule"),
            ("auth_request /auth", "unknown statement", "write a rule"),
            ("ssl_certificate c.pem", "unknown statement", "certificate file:"),
            ("access_log /var/log/a.log", "unknown statement", "log FILE"),
            ("client_max_body_size 10m", "unknown statement", "max-body="),
            ("include other.conf", "unknown statement", "no include"),
            ("bind *:80", "unknown statement", "listen 0.0.0.0:8080"),
            ("backend app", "unknown statement", "upstream app"),
            ("acl admin path_beg /admin", "unknown statement", "write a rule"),
            ("reverse_proxy 127.0.0.1:3000", "unknown statement", "upstream app"),
            ("ProxyPass / http://127.0.0.1:3000/", "unknown statement", "upstream app"),
            ("Require valid-user", "unknown statement", "authenticated"),
            ("allow all", "unknown statement", "public"),
            ("jwt_secret abc", "unknown statement", "key HS256 env:NAME"),
            ("redis_url redis://127.0.0.1", "unknown statement", "blacklist redis://"),
            ("listen: 127.0.0.1:8080", "no \":\" between", "write listen 127.0.0.1:8080"),
            ("log = access.log", "no \"=\" between", "write log access.log"),
            ("// a comment", "a comment starts with", "write #"), ("-- a comment", "a comment starts with", "write #"),
            ("/* a comment */", "a comment starts with", "write #"),
            ("; a comment", "a comment starts with", "write #"),
            ("log ${LOG_FILE}", "variables are not put", "env:NAME"),
            ("log $LOG_FILE", "variables are not put", "env:NAME"),
            ("limits { max-head 8KB }", "\"{\" ends its line", "one setting a line"),
            ("/x public -> app", "a rule starts with its methods", "write * /x public -> app"),
            ("GET|POST /x public -> app", "joined by commas", "write GET,POST"),
            ("GET, POST /x public -> app", "joined by commas", "write GET,POST"),
            ("get /x public -> app", "\"get\" isn't a method", "GET"),
            ("* /x roles=admin -> app", "unknown condition or option \"roles\"", "role"),
            ("* /x role == admin -> app", "unknown word \"role\"", "role=NAME"),
            ("* /x role==admin -> app", "written role=VALUE", "write role=admin"),
            ("* /x role='admin' -> app", "written role=VALUE", "write role=admin"),
            ("* /x role: admin -> app", "unknown word \"role:\"", "role=NAME"),
            ("* /x allow all -> app", "unknown word \"allow\"", "write public"),
            ("* /x valid-user -> app", "unknown word \"valid-user\"", "write authenticated"),
            ("* /x public => app", "not after \"=>\"", "write ->"),
            ("* /x public to app", "not after \"to\"", "write ->"),
            ("* /x public ->app", "a blank stands between", "write -> app"),
            ("* /x public -> http://127.0.0.1:3000", "not its URL", "upstream app http://127.0.0.1:3000"),
            ("* ^/re/.* public -> app", "no regular expression", "/**"),
            ("* ~\\.php$ public -> app", "no regular expression", "/**"),
            ("* *.png public -> app", "not matched by its ending", "/static/**"),
            ("* https://x/q public -> app", "no scheme and no host", "write /q"),
            ("* /path/* public -> app", "doesn't stand for a part", "{name}"),
            ("* \u{201C}/x\u{201D} public -> app", "typographic quote", "write \""),
            ("upsteam other http://127.0.0.1:3001", "unknown statement \"upsteam\"", "\"upstream\""),
            ("upstream other 127.0.0.1:3001", "expected an URL", "write http://127.0.0.1:3001"),
            ("upstream other tcp://127.0.0.1:3001", "not tcp://", "write http://127.0.0.1:3001"),
            ("upstream other /run/app.sock", "expected an URL", "unix:/run/app.sock"),
            ("upstream http://127.0.0.1:3001", "expected a name", "upstream app http://127.0.0.1:3001"),
            ("maxconn 2000", "unknown statement", "max-connections N"),
            ("stick-table type ip size 100k", "unknown statement", "rate=100/m"),
            ("redir /a /b", "unknown statement", "write a rule"),
            ("file_server", "unknown statement", "for the application"),
            ("header X-A b", "unknown statement", "identity {"), ("labels:", "unknown statement", "no YAML"),
            ("- path: /x", "unknown statement", "no YAML"), ("static_resources:", "unknown statement", "no YAML"),
            ("default_policy deny", "unknown statement", "* /** deny"),
            ("encode gzip", "unknown statement", "for the application"),
            ("DocumentRoot /srv", "unknown statement", "for the application"),
            ("oidc_issuer_url https://id.example", "unknown statement", "key and issuer"),
            ("email_domains *", "unknown statement", "key and issuer"),
            ("allowed_groups admin", "unknown statement", "role=NAME"),
            ("--upstream=http://127.0.0.1:3000", "unknown statement", "NAME VALUE"),
            ("OAUTH2_PROXY_COOKIE_SECRET=x", "unknown statement", "env:NAME"),
            ("http.routers.app.rule=x", "unknown statement", "no YAML"),
            ("ANY /x public -> app", "isn't a method", "write * for every method"),
            ("ALL /x public -> app", "isn't a method", "write * for every method"),
            ("* /x role:admin -> app", "unknown word \"role:admin\"", "write role=admin"),
            ("* /x public or authenticated -> app", "unknown word \"or\"", "role=A|B"),
            ("* /x public and authenticated -> app", "unknown word \"and\"", "one behind the other"),
            ("* /x !authenticated -> app", "unknown word", "there is no \"not\""),
            ("* /x not public -> app", "unknown word \"not\"", "there is no \"not\""),
            ("* /x role!=admin -> app", "unknown condition", "there is no \"not\""),
            ("* /x user=bob -> app", "unknown condition", "write sub=NAME"),
            ("* /x group=admin -> app", "unknown condition", "write role=NAME"),
            ("* /x ip=10.0.0.0/8 -> app", "unknown condition", "no condition here"),
            ("* /x method=GET public -> app", "unknown condition", "first word of a rule"),
            ("* /x public app", "unknown word \"app\"", "write -> app"),
            ("* /x protected -> app", "unknown word", "write authenticated"),
            ("* /x public rate=10 -> app", "expected a rate", "write 10/s or 10/m"),
            ("* /x public rate=10/minute -> app", "expected a rate", "write 10/m"),
            ("* /x public rate=10r/s -> app", "expected a rate", "write 10/s"),
            ("* /x public timeout=30 -> app", "expected a duration", "write 30s"),
            ("* /x public max-body=10 -> app", "expected a size", "write 10KB or 10MB"),
            ("* /x public max-body=10m -> app", "expected a size", "write 10MB"),
            ("* /x public max-body=10MiB -> app", "expected a size", "write 10MB"),
            ("blacklist localhost:6379", "address of Redis", "write redis://localhost:6379"),
            ("blacklist memory", "address of Redis", "leave the line out"),
            ("cors *", "\"cors\" is a block", "origins https://"),
            ("accounts on", "\"accounts\" is a block", "write: accounts {"),
            ("log json", "before the format", "write log stdout json"),
            ("trusted-proxies *", "expected an IP address", "name the addresses"),
            ("expect GET /a => 200", "expected \"as\"", "as anonymous => token_missing"),
        ])
    func line(line: String, message: String, hint: String) {
        expect(Self.start + line + "\n" + Self.end, 3, message, hint)
    }

    @Test(
        "An address in another form is one error that says what to write",
        arguments: [
            ("http://127.0.0.1:8080", "no scheme", "write 127.0.0.1:8080"), ("8080", "HOST:PORT", "127.0.0.1:8080"),
            (":8080", "written out", "0.0.0.0:8080"), ("*:8080", "written out", "0.0.0.0:8080"),
            ("127.0.0.1", "expected a port", "127.0.0.1:8080"), ("::1:8080", "brackets", "[::1]"),
            ("0.0.0.0:443 ssl", "no word of \"listen\"", "certificate file:"),
            ("unix:/run/x.sock", "address of IP", "127.0.0.1"),
        ])
    func address(address: String, message: String, hint: String) {
        expect("listen \(address)\nupstream app http://127.0.0.1:3000\n" + Self.end, 1, message, hint)
    }

    @Test(
        "A key or certificate in another form is one error that says what to write",
        arguments: [
            ("tokens {\n key env:SECRET\n}", 4, "expected an algorithm", "write key HS256 env:SECRET"),
            ("tokens {\n key RS256 public.pem\n}", 4, "expected file:PATH", "write file:public.pem"),
            ("listen 127.0.0.1:8443 {\n certificate c.pem k.pem\n}", 4, "expected file:PATH", "write file:c.pem"),
        ])
    func key(text: String, line: Int, message: String, hint: String) {
        let errors = parse(Self.start + text + "\n" + Self.end).errors
        let (actual, advice) = (errors.first?.message ?? "", errors.first?.hint ?? "")
        #expect(errors.first?.line == line && actual.contains(message) && advice.contains(hint), "\(actual) \(advice)")
    }

    @Test("A setting of cors that is meant for its origins is one error")
    func corsOrigins() {
        expect(Self.start + "cors {\n origin https://a.example\n}\n" + Self.end, 4, "unknown setting", "\"origins\"")
    }

    @Test("Semicolons at the ends of lines are one error, however many they are")
    func semicolons() {
        let text = (Self.start + Self.end).split(separator: "\n").map { "\($0);\n" }.joined()
        expect(text, 1, "a line ends without \";\"", "leave the semicolons out")
    }

    @Test(
        "A block whose end is missing is one error, whatever follows it",
        arguments: [
            "tokens {\n key HS256 env:SECRET\n", "limits {\n max-head 8KB\n", "identity {\n header X-User sub\n",
            "cors {\n origins https://a.example\n", "upstream other {\n server http://127.0.0.1:3001\n host keep\n",
        ])
    func unclosed(block: String) {
        expect(Self.start + block + "blacklist redis://127.0.0.1:6379\n" + Self.end, 3, "isn't closed", "\"}\"")
        expect(Self.start + block + Self.end, 3, "isn't closed", "\"}\"")
    }

    @Test("An upstream that is misspelt is one error, though every rule names it")
    func cascade() {
        expect(
            "listen 127.0.0.1:8080\nupsteam app http://127.0.0.1:3000\n" + Self.end, 2, "\"upsteam\"", "\"upstream\"")
        expect("lisen 127.0.0.1:8080\nupstream app http://127.0.0.1:3000\n" + Self.end, 1, "\"lisen\"", "\"listen\"")
    }

    @Test(
        "A file in another language is one error",
        arguments: [
            ("{\n  \"listen\": \"127.0.0.1:8080\",\n  \"upstreams\": {\n  }\n}\n", "JSON"),
            ("---\nlisten: 127.0.0.1:8080\nrules:\n  - path: /x\n", "YAML"),
            ("[server]\nlisten = \"127.0.0.1:8080\"\n", "TOML"), ("<VirtualHost *:80>\n</VirtualHost>\n", "XML"),
        ])
    func otherLanguage(text: String, name: String) {
        expect(text, 1, "looks like \(name)", "one statement a line")
    }

    @Test("A block of nginx is one error, whatever is nested in it")
    func nested() {
        let block = "server {\n listen 80\n location / {\n proxy_pass http://127.0.0.1:3000\n }\n}\n"
        expect(Self.start + block + Self.end, 3, "unknown statement \"server\"", "settings stand by themselves")
    }
}
