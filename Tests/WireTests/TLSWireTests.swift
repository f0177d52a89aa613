import Glibc
import Synchronization
import TestSupport
import Testing

@Suite("TLS for clients")
struct TLSWireTests {
    let certificates: TestCertificates
    let port: Int

    init() throws {
        certificates = try TestCertificates()
        try certificates.make("one", hosts: ["one.test", "localhost"], serial: 11)
        try certificates.make("two", hosts: ["*.two.test"], serial: 22)
        port = try ReservedPort.untilTheEnd()
    }

    private func stage(_ settings: String = "", listener: String = "") throws -> Stage {
        try Stage(
            GatewayConfiguration(
                settings: """
                    listen 127.0.0.1:\(port) {
                        certificate file:\(certificates.path("one.pem")) file:\(certificates.path("one.key"))
                        \(settings)
                    }
                    \(listener)
                    """))
    }

    /// Exit status, and what curl wrote.
    private func curl(_ words: String..., host: String = "one.test", path: String = "/public/x", port: Int? = nil)
        throws
        -> (status: ExitStatus, output: String, errors: String)
    {
        let port = port ?? self.port
        return try run(
            [
                "curl", "-sS", "-m", "10", "-i", "--http1.1", "--noproxy", "*", "--cacert", certificates.path("ca.pem"),
                "--resolve",
                "\(host):\(port):127.0.0.1", "https://\(host):\(port)\(path)",
            ] + words)
    }

    @Test(
        "Requests over TLS are served, and the upstream is told", arguments: ["--tlsv1.2 --tls-max 1.2", "--tlsv1.3"])
    func serves(version: String) throws {
        let stage = try stage("hsts 30d")
        let words = version.split(separator: " ").map(String.init)
        let result = try run(
            [
                "curl", "-sS", "-m", "10", "-i", "--http1.1", "--noproxy", "*", "--cacert", certificates.path("ca.pem"),
                "--resolve",
                "one.test:\(port):127.0.0.1", "https://one.test:\(port)/public/x",
            ] + words)
        #expect(result.output.hasPrefix("HTTP/1.1 200"), "\(result.errors)")
        #expect(result.output.contains("X-Forwarded-Proto: https\r\n"))
        #expect(result.output.contains("Strict-Transport-Security: max-age=2592000\r\n"))
        let refused = try curl(path: "/x").output
        #expect(refused.hasPrefix("HTTP/1.1 401") && refused.contains("Strict-Transport-Security"))
        try stage.end()
    }

    @Test("Older versions are refused, and those that the file excludes")
    func versions() throws {
        let stage = try stage("tls 1.3")
        #expect(try curl("--tls-max", "1.2").status != .exited(0))
        #expect(try curl().status == .exited(0))
        try stage.end()
    }

    @Test("A cipher without forward secrecy, or without authentication of its own, is refused")
    func ciphers() throws {
        let stage = try stage()
        for cipher in ["ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA"] {
            #expect(try curl("--tls-max", "1.2", "--ciphers", cipher).status != .exited(0))
        }
        #expect(try curl("--tls-max", "1.2").status == .exited(0))
        try stage.end()
    }

    @Test("Of several certificates the client gets that of the host it names, else the first")
    func serverName() throws {
        let stage = try stage(
            "certificate file:\(certificates.path("two.pem")) file:\(certificates.path("two.key"))")
        for (host, accepted) in [
            ("one.test", true), ("a.two.test", true), ("A.TWO.TEST", true), ("two.test", false),
            ("a.b.two.test", false), ("other.test", false),
        ] {
            #expect(try (curl(host: host).status == .exited(0)) == accepted, "\(host)")
        }
        try stage.end()
    }

    /// Of the certificate that a new connection gets.
    private func serial() throws -> String {
        let script = """
            import ssl, socket, sys
            context = ssl.create_default_context(cafile=sys.argv[1])
            with context.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[2]))), server_hostname="one.test") as s:
                print(s.getpeercert()["serialNumber"])
            """
        return try run(["python3", "-c", script, certificates.path("ca.pem"), "\(port)"]).output.filter { $0 != "\n" }
    }

    @Test("A certificate that is replaced serves new connections within a moment; a faulty one leaves the old in use")
    func replaced() throws {
        let stage = try stage()
        #expect(try serial() == "0B")
        try certificates.make("one", hosts: ["one.test"], serial: 12)
        try eventually("the new certificate") { try serial() == "0C" }
        _ = try certificates.folder.write("one.pem", "no certificate")
        try eventually("the gateway to tell") {
            stage.gateway.standardError.contains("the old certificates stay in use")
        }
        #expect(try serial() == "0C")
        try stage.end()
    }

    /// Two clients that keep their connections and two that make a new one for each request, until three certificates were seen.
    private static let load = """
        import http.client, ssl, sys, threading, time
        serials, done, failures, end = set(), [], [], time.monotonic() + 60
        context = ssl.create_default_context(cafile=sys.argv[1])
        class Connection(http.client.HTTPSConnection):
            def connect(self):
                http.client.HTTPConnection.connect(self)
                self.sock = context.wrap_socket(self.sock, server_hostname="one.test")
                serials.add(self.sock.getpeercert()["serialNumber"])
        def ask(keeps):
            connection = None
            while len(serials) < 3 and time.monotonic() < end:
                try:
                    connection = connection or Connection("127.0.0.1", int(sys.argv[2]), timeout=20)
                    connection.request("GET", "/public/load")
                    response = connection.getresponse()
                    response.read()
                    (done if response.status == 200 else failures).append(response.status)
                except Exception as error:
                    failures.append(error)
                    connection = None
                if not keeps and connection:
                    connection.close()
                    connection = None
        threads = [threading.Thread(target=ask, args=(keeps,)) for keeps in (True, True, False, False)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        print(sorted(serials), failures, len(done) > 20)
        """

    @Test("A certificate that is swapped twice under load costs no request and no connection")
    func swapped() throws {
        let stage = try stage()
        let result = Mutex<String?>(nil)
        let command = ["python3", "-c", Self.load, certificates.path("ca.pem"), "\(port)"]
        onThread {
            let output = (try? run(command, within: .seconds(90)).output) ?? "the load did not end"
            result.withLock { $0 = output }
        }
        for (number, shown) in [(12, "0C"), (13, "0D")] {
            let count = stage.upstream.requests("/public/load").count
            try eventually("requests") { stage.upstream.requests("/public/load").count > count + 10 }
            // The key's file first: for a moment the two don't fit.
            try certificates.make("one", hosts: ["one.test"], serial: number)
            try eventually("the new certificate") { try serial() == shown }
        }
        try eventually("the end of the load", within: .seconds(90)) { result.withLock { $0 != nil } }
        #expect(result.withLock { $0 } == "['0B', '0C', '0D'] [] True\n")
        try stage.end()
    }

    @Test("Client certificates: required, optional, and of nobody else's authority")
    func clientCertificates() throws {
        try certificates.make("client")
        let stage = try stage("client-certificate file:\(certificates.path("ca.pem")) required")
        let client = ["--cert", certificates.path("client.pem"), "--key", certificates.path("client.key")]
        #expect(try curl().output == "")
        #expect(try curl(client[0], client[1], client[2], client[3]).output.hasPrefix("HTTP/1.1 200"))
        try certificates.openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=stranger -keyout s.key -out s.pem"
        )
        #expect(try curl("--cert", certificates.path("s.pem"), "--key", certificates.path("s.key")).output == "")
        try stage.end()
        let optional = try self.stage("client-certificate file:\(certificates.path("ca.pem")) optional")
        #expect(try curl().output.hasPrefix("HTTP/1.1 200"))
        #expect(try curl("--cert", certificates.path("s.pem"), "--key", certificates.path("s.key")).output == "")
        try optional.end()
    }

    @Test("A listener that redirects sends every request to https, with its method and target")
    func redirect() throws {
        let plain = try ReservedPort.untilTheEnd()
        let stage = try stage(listener: "listen 127.0.0.1:\(plain) {\n redirect https:\(port)\n}")
        let client = try RawClient(port: plain)
        try client.send("POST /a/%41?b=c HTTP/1.1\r\nHost: one.test:\(plain)\r\nContent-Length: 2\r\n\r\nhi")
        let response = try client.response(to: "POST")
        #expect(response.status == 308 && response.field("location") == "https://one.test:\(port)/a/%41?b=c")
        try client.send("GET /public/x HTTP/1.1\r\nHost: [::1]\r\n\r\n")
        #expect(try client.response().field("location") == "https://[::1]:\(port)/public/x")
        #expect(stage.upstream.requests("/").isEmpty)
        try stage.end()
    }

    @Test("Large bodies pass both ways over TLS, and a WebSocket is wrapped in it")
    func largeBodies() throws {
        let stage = try stage()
        let file = certificates.path("large")
        _ = try run(["/bin/sh", "-c", #"head -c 5000000 /dev/urandom > "$0""#, file])
        let result = try run(
            [
                "/bin/sh", "-c",
                #"curl -sS -m 30 --noproxy '*' --cacert "$0" --data-binary @"$1" --resolve one.test:$2:127.0.0.1 https://one.test:$2/public/x | tail -c 5000000 | cmp - "$1""#,
                certificates.path("ca.pem"), file, "\(port)",
            ], within: .seconds(40))
        #expect(result.status == .exited(0), "\(result.output)\(result.errors)")
        try stage.end()
    }

    @Test("What speaks no TLS is closed, and others are served meanwhile")
    func noTLS() throws {
        let stage = try stage()
        let client = try RawClient(port: port)
        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let silent = try RawClient(port: port)
        #expect(try client.isClosed())
        #expect(try curl().output.hasPrefix("HTTP/1.1 200"))
        // A handshake has ten seconds.
        #expect(try silent.isClosed())
        try stage.end()
    }

    @Test("Who connects and says nothing does not keep the gateway from ending")
    func silentAtEnd() throws {
        let stage = try stage()
        let silent = try (0..<4).map { _ in try RawClient(port: port) }
        #expect(try curl().output.hasPrefix("HTTP/1.1 200"))
        stage.gateway.signal(SIGTERM)
        // Its grace is 30 seconds.
        #expect(try stage.gateway.waitForExit(within: .seconds(20)) == .exited(0))
        for client in silent { #expect(try client.isClosed()) }
        stage.upstream.stopListening()
    }

    @Test("A certificate that soon expires, and a key that may not be read, are told with their lines")
    func expiry() throws {
        // Those of the tests are good for two days; of one that has expired CertificateLifeTests tell.
        let file = try certificates.folder.write(
            "routes.conf",
            "listen 127.0.0.1:0 {\n certificate file:one.pem file:one.key\n}\nupstream a http://127.0.0.1:1\n* /** public\n"
        )
        let checked = try run([Paths.gateway, "check", file])
        #expect(checked.errors.contains(":2:14: warning: one.pem: the certificate expires "), "\(checked.errors)")
        #expect(checked.status == .exited(0))
        let told = try run([Paths.gateway, "check", "--json", file]).output
        #expect(told.contains("\"code\":\"certificate_expiry\""), "\(told)")
        #expect(try run(["/bin/chmod", "000", certificates.folder.path + "/one.key"]).status == .exited(0))
        let started = try run([Paths.gateway, "run", "--config", file])
        #expect(
            started.errors.contains(":2:27: error: one.key: Permission denied: user "), "\(started.errors)")
        #expect(started.status == .exited(1))
    }

    @Test("A certificate that can't be used keeps the gateway from starting; check says so, and that of a missing file")
    func unusable() throws {
        _ = try certificates.folder.write("bad.key", "nothing")
        for (key, message, starts) in [
            ("bad.key", "no private key in PEM", false), ("two.key", "not that of", false),
            ("missing.key", "there is no such file", true),
        ] {
            let file = try certificates.folder.write(
                "routes.conf",
                "listen 127.0.0.1:0 {\n certificate file:one.pem file:\(key)\n}\nupstream a http://127.0.0.1:1\n* /** public\n"
            )
            let checked = try run([Paths.gateway, "check", file])
            #expect((checked.output + checked.errors).contains(message), "\(checked.errors)")
            #expect((checked.status == .exited(0)) == starts)
            #expect(try run([Paths.gateway, "run", "--config", file]).status == .exited(1))
        }
    }
}
