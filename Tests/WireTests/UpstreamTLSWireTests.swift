import Glibc
import Testing

@Suite("TLS to upstreams")
struct UpstreamTLSWireTests {
    let certificates: TestCertificates

    init() throws {
        certificates = try TestCertificates()
        try certificates.make("server", hosts: ["app.test", "localhost"])
        try certificates.make("client")
        try certificates.openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=stranger -keyout s.key -out s.pem"
        )
    }

    private func server(_ name: String = "server", clientAuthority: String = "", newest: String = "") throws
        -> PythonUpstream
    {
        try PythonUpstream(
            certificate: (certificates.path("\(name).pem"), certificates.path("\(name).key")),
            clientAuthority: clientAuthority, newest: newest)
    }

    private func stage(_ servers: [String], _ settings: String..., ca: String = "ca.pem") throws -> Stage {
        let lines =
            servers.map { "server \($0)" } + (ca.isEmpty ? [] : ["ca file:\(certificates.path(ca))"]) + settings
        return try Stage(
            GatewayConfiguration(
                upstream: "upstream app {\n\(lines.joined(separator: "\n"))\n}", settings: "log stdout",
                routes: "* /** public"))
    }

    /// What the log says of the request, which is refused.
    private func refusal(_ stage: Stage, code: String = "502 upstream_unreachable") throws -> String {
        #expect(try stage.get("/refused").outcome == code)
        var line = ""
        try eventually("the line of the log") {
            line =
                stage.gateway.standardOutput.split(separator: "\n").first { $0.contains("/refused") }.map(String.init)
                ?? ""
            return !line.isEmpty
        }
        return line
    }

    @Test("A server whose certificate is right is used, by name and by address, and its connection is kept")
    func trusted() throws {
        let server = try server()
        for (host, settings, shown) in [
            ("localhost", "", "localhost"), ("127.0.0.1", "", "-"), ("127.0.0.1", "server-name app.test", "app.test"),
        ] {
            let stage = try stage(["https://\(host):\(server.port)"], settings)
            let client = try stage.client()
            var seen: [[Substring]] = []
            for _ in 0..<3 {
                try client.send(Request(target: "/x", fields: []).text)
                let response = try client.response()
                #expect(response.status == 200, "\(response.text) \(stage.gateway.standardOutput)")
                seen.append(response.text.split(separator: "|"))
            }
            #expect(seen.allSatisfy { $0.count == 4 && $0[1] == shown && $0[3] == seen[0][3] }, "\(seen)")
            try stage.end()
        }
    }

    @Test("Another authority, another name, a certificate that has expired: no byte of a request is sent")
    func untrusted() throws {
        try certificates.openssl(
            "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -days -1 -set_serial 7 -extfile server.ext -out old.pem")
        try certificates.openssl("pkey -in server.key -out old.key")
        let (good, old) = (try server(), try server("old"))
        for (url, settings, ca, reason) in [
            ("https://localhost:\(good.port)", "", "s.pem", "expired or of an authority that is not trusted"),
            ("https://localhost:\(good.port)", "", "", "expired or of an authority that is not trusted"),
            ("https://127.0.0.1:\(old.port)", "", "ca.pem", "expired or of an authority that is not trusted"),
            ("https://localhost:\(good.port)", "server-name other.test", "ca.pem", "not for this host"),
        ] {
            let stage = try stage([url], settings, ca: ca)
            let line = try refusal(stage)
            #expect(line.contains(reason), "\(line)")
            try stage.end()
        }
    }

    @Test("A server that can't prove who it is costs no request where there is another, whatever the method")
    func another() throws {
        let (good, bad) = (try server(), try server("s"))
        let stage = try stage(["https://127.0.0.1:\(bad.port)", "https://127.0.0.1:\(good.port)"])
        for _ in 0..<6 { #expect(try stage.get("/x").status == 200) }
        try stage.end()
    }

    @Test("TLS 1.2 is the oldest that is spoken to a server")
    func versions() throws {
        let (old, older) = (try server(newest: "TLSv1_2"), try server(newest: "TLSv1_1"))
        let stage = try stage(["https://localhost:\(old.port)"])
        #expect(try stage.get("/x").status == 200)
        try stage.end()
        let refusing = try self.stage(["https://localhost:\(older.port)"])
        #expect(try refusal(refusing).contains("no TLS to the upstream"))
        try refusing.end()
    }

    @Test("A server that speaks no TLS, or nothing, is unreachable")
    func plain() throws {
        let plain = try PythonUpstream()
        let stage = try stage(["https://127.0.0.1:\(plain.port)"])
        #expect(try refusal(stage).contains("no TLS to the upstream"))
        try stage.end()
        // The kernel accepts for it; nobody answers.
        let silent = try Listener()
        let waiting = try Stage(
            GatewayConfiguration(
                upstream: "upstream app https://127.0.0.1:\(silent.port)",
                settings: "log stdout\nlimits {\nconnect-timeout 200ms\n}", routes: "* /** public"))
        #expect(try refusal(waiting).contains("the handshake took too long"))
        try waiting.end()
    }

    @Test("A server that wants a certificate gets the gateway's; without one it serves nothing")
    func clientCertificate() throws {
        let server = try server(clientAuthority: certificates.path("ca.pem"))
        let with = try stage(
            ["https://127.0.0.1:\(server.port)"],
            "certificate file:\(certificates.path("client.pem")) file:\(certificates.path("client.key"))")
        let response = try with.get("/x")
        #expect(response.text.split(separator: "|").dropFirst(2).first == "client", "\(response.text)")
        try with.end()
        let without = try stage(["https://127.0.0.1:\(server.port)"])
        // In TLS 1.3 the server says so after the handshake.
        #expect(["502 upstream_invalid", "502 upstream_unreachable"].contains(try without.get("/x").outcome))
        try without.end()
    }

    @Test("Files that can't be used: the gateway does not start, and a reload is refused")
    func faultyFiles() throws {
        let server = try server()
        let stage = try stage(["https://127.0.0.1:\(server.port)"])
        #expect(try stage.get("/x").status == 200)
        _ = try certificates.folder.write("ca.pem", "no certificate")
        stage.gateway.signal(SIGHUP)
        try eventually("the reload to be refused") {
            stage.gateway.standardError.contains("no certificate in PEM can be read there")
        }
        #expect(try stage.get("/x").status == 200)
        try stage.end()
        #expect(throws: HarnessFailure.self) { try self.stage(["https://127.0.0.1:\(server.port)"]) }
    }

    @Test("A reload keeps the connections, unless a file has changed: then new ones are judged by it")
    func reload() throws {
        let server = try server()
        let stage = try stage(["https://127.0.0.1:\(server.port)"])
        func reload(_ count: Int) throws {
            stage.gateway.signal(SIGHUP)
            try eventually("reload \(count)") {
                stage.gateway.standardError.components("are in force") == count
            }
        }
        let first = try stage.get("/x").text
        try reload(1)
        #expect(try stage.get("/x").text == first)
        _ = try certificates.openssl("x509 -in s.pem -out ca.pem")
        try reload(2)
        #expect(try stage.get("/x").outcome == "502 upstream_unreachable")
        try stage.end()
    }
}

extension String {
    fileprivate func components(_ separator: String) -> Int { ranges(of: separator).count }
}

@Suite("Unix sockets")
struct UnixSocketWireTests {
    @Test("A server at a unix socket is used and its connection kept; when it goes, the request is refused")
    func serves() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/app.sock"
        let server = try PythonUpstream(socket: path)
        let stage = try Stage(GatewayConfiguration(upstream: "upstream app unix:\(path)", routes: "* /** public"))
        let client = try stage.client()
        for _ in 0..<3 {
            try client.send("GET /x HTTP/1.1\r\nHost: shop.test\r\n\r\n")
            #expect(try client.response().text == "shop.test|-|-|1")
        }
        // Without a Host of its own a request gets one all the same.
        #expect(try stage.send("GET /x HTTP/1.0\r\n\r\n").text.hasPrefix("localhost|"))
        server.stop()
        try eventually("nobody to listen") { try stage.get("/x").outcome == "502 upstream_unreachable" }
        try stage.end()
    }
}
