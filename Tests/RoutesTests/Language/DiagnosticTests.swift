import Routes
import Testing

@Suite struct DiagnosticTests {
    @Test(
        "An error shows its line, a caret, and what to write instead",
        arguments: [
            (
                "listen 127.0.0.1:8080\nupstram app http://127.0.0.1:3000\n",
                """
                routes.conf:2:1: error: unknown statement "upstram"
                    upstram app http://127.0.0.1:3000
                    ^~~~~~~
                    did you mean "upstream"?
                """
            ),
            (
                "listen 127.0.0.1:8080\nupstream app http://127.0.0.1:3000\nGTE /a public\n",
                """
                routes.conf:3:1: error: "GTE" isn't a method of IANA's registry
                    GTE /a public
                    ^~~
                    did you mean "GET"?
                """
            ),
            (
                "listen 127.0.0.1:8080\nupstream app http://127.0.0.1:3000\nGET /a public -> ap\n",
                """
                routes.conf:3:18: error: unknown upstream "ap"
                    GET /a public -> ap
                                     ^~
                    did you mean "app"?
                """
            ),
            (
                "listen 127.0.0.1:8080\nupstream app http://127.0.0.1:3000\n\tGET\t/é\tpublik\n",
                """
                routes.conf:3:9: error: unknown word "publik"; expected WHO, an option or "->" with an upstream
                    \tGET\t/é\tpublik
                    \t   \t  \t^~~~~~
                    did you mean "public"?
                """
            ),
            (
                "listen 127.0.0.1:8080\nupstream app http://127.0.0.1:3000\nGET /a public\nPOST,GET /a deny\n",
                """
                routes.conf:4:10: error: conflict: line 3 already decides GET for this path
                    POST,GET /a deny
                             ^~
                    which rule decides never depends on the order of lines; names of {parameters} don't distinguish paths
                """
            ),
            (
                "listen 127.0.0.1:8080\ntokens {\n    key HS256 hunter2hunter2 kid=a\n}\n",
                """
                routes.conf:3:15: error: a secret is never written in this file
                    key HS256 ************** kid=a
                              ^~~~~~~~~~~~~~
                    write env:NAME to take it from the environment, or file:PATH
                """
            ),
            (
                "listen 127.0.0.1:8080\nblacklist redis://:hunter2@127.0.0.1:6379\n",
                """
                routes.conf:2:11: error: a secret is never written in this file
                    blacklist *******************************
                              ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
                    leave user and password out of the URL; in the block, write: password env:NAME
                """
            ),
            (
                "listen 127.0.0.1:8080\nlisten 127.0.0.1\n",
                """
                routes.conf:2:8: error: expected a port after the host
                    listen 127.0.0.1
                           ^~~~~~~~~
                    write 127.0.0.1:8080
                """
            ),
            (
                "listen 127.0.0.1:8080\nlog stdout\nlog off\n",
                """
                routes.conf:3:1: error: "log" stands in line 2 already, and may stand once
                    log off
                    ^~~
                """
            ),
            (
                "listen 127.0.0.1:8080\nupstream app http://127.0.0.1 {\n  ca file:ca.pem\n}\n",
                """
                routes.conf:3:3: error: this means nothing without TLS to the servers
                      ca file:ca.pem
                      ^~
                    write server https://HOST:PORT
                """
            ),
            (
                "listen 127.0.0.1:8080\nblacklist redis://127.0.0.1 {\n  mode copi\n}\n",
                """
                routes.conf:3:8: error: unknown mode "copi"; expected copy or ask
                    mode copi
                         ^~~~
                    did you mean "copy"?
                """
            ),
            (
                "listen 127.0.0.1:8080\nupstream app http://[::1]:3000\nGET /a authenticated\n",
                """
                routes.conf:3:8: error: this rule needs tokens, and the file has no "tokens" block
                    GET /a authenticated
                           ^~~~~~~~~~~~~
                    add: tokens { … } with a line such as: key HS256 env:ACCESS_TOKEN_SECRET
                """
            ),
        ])
    func rendering(text: String, expected: String) {
        #expect(rendered(text).first.map(Self.unindented) == Self.unindented(expected))
    }

    /// The lines of the file stand as they are: their own indent is compared by the caret's column.
    private static func unindented(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.drop { $0 == " " } }
            .joined(separator: "\n")
    }

    @Test("All errors of a file are reported, in its order")
    func all() {
        #expect(
            errors("GET a public\nlimits {\n max-heat 1KB\n}\nPUT /b\nexpect GET /a as admin => 200\n") == [
                "1:5: expected a path, which starts with \"/\"", "3:2: unknown setting \"max-heat\" of \"limits\"",
                "5:7: expected WHO after the path: public, optional, authenticated, deny or role=…",
                "6:18: expected WHOM: anonymous, authenticated or conditions such as role=admin",
                "6:27: the gateway never refuses with 200",
            ])
    }

    @Test(
        "What may be a secret is shown by no diagnostic",
        arguments: [
            "tokens {\nkey HS256 hunter2\n}\n", "tokens {\nkey hunter2 HS256\n}\n", "tokens {\nsecret hunter2\n}\n",
            "tokens {\nkey HS256 env:S hunter2\n}\n", "tokens {\nkey HS256 env:hunter2!\n}\n", "tokens hunter2 {\n}\n",
            "tokens {\nkey HS256 env:S secret=hunter2\n}\n", "jwt-secret hunter2\n",
            "password hunter2 {\n hunter2\n}\n",
            "blacklist redis://hunter2@h:1\n", "blacklist redis://h:1 hunter2\n",
            "blacklist redis://h:1 {\npassword hunter2\n}\n", "blacklist redis://h:1 {\npassword env:P hunter2\n}\n",
            "blacklist redis://h:1 {\npass hunter2\n}\n", "upstream app http://u:hunter2@h\n",
            "identity {\nheader X-Gateway-Secret hunter2\n}\n", "identity {\nsecret hunter2\n}\n",
        ])
    func secrets(text: String) {
        let result = parse("listen 127.0.0.1:80\n" + text)
        #expect(!result.errors.isEmpty)
        #expect(!result.diagnostics.contains { $0.rendered().contains("hunter2") })
    }

    @Test(
        "Mistakes that are legal are warned of",
        arguments: [
            ("listen [::1]:1\n", "no rules: every request is answered with 404"),
            ("listen [::1]:1\n", "no \"blacklist\" line: logged-out tokens stay valid until they expire"),
            (
                "listen [::1]:1\ntokens {\nkey RS256 file:k.pem\n}\n",
                "no \"issuer\": tokens that anyone else signs with these keys are valid here"
            ),
            (
                "listen [::1]:1\ntokens {\nkey RS256 file:k.pem\n}\n",
                "no \"audience\": tokens that were issued for other services are valid here"
            ),
            (
                preamble + "GET /x role=admin\n* /** authenticated\n",
                "/x is guarded for GET only; POST, PUT, PATCH, DELETE, OPTIONS fall to line 10, which is laxer"
            ),
        ])
    func warnings(text: String, warning: String) {
        let result = parse(text)
        #expect(result.configuration != nil)
        #expect(result.warnings.map(\.message).contains(warning))
    }

    @Test(
        "A path that is guarded for every method isn't warned of",
        arguments: [
            "* /x/** role=admin\n* /** authenticated\n", "GET /x/** role=admin\n* /x/** deny\n* /** authenticated\n",
            "GET /x public\n* /** authenticated\n", "GET /x role=admin\n",
        ])
    func noWarning(text: String) {
        #expect(parse(preamble + text).warnings.isEmpty)
    }
}
