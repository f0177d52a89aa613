/// Certificates of an authority of our own, in a folder.
struct TestCertificates {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.pem"
        )
    }

    func openssl(_ words: String) throws {
        let result = try run(
            ["/bin/sh", "-c", #"cd "$0" && exec openssl $1"#, folder.path, words], within: .seconds(30))
        guard result.status == .exited(0) else { throw HarnessFailure("openssl \(words): \(result.errors)") }
    }

    /// `NAME.pem` and `NAME.key`, for these hosts.
    func make(_ name: String, hosts: [String] = [], serial: Int = 1) throws {
        try openssl(
            "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=\(name) -keyout \(name).key -out \(name).csr"
        )
        let names = (hosts.map { "DNS:\($0)" } + ["IP:127.0.0.1"]).joined(separator: ",")
        _ = try folder.write("\(name).ext", "subjectAltName=\(names)\n")
        try openssl(
            "x509 -req -in \(name).csr -CA ca.pem -CAkey ca.key -days 2 -set_serial \(serial) -extfile \(name).ext -out \(name).pem"
        )
    }

    func path(_ name: String) -> String { folder.path + "/" + name }

    /// A statement by which these hosts are served there, with a certificate made for them.
    func listener(at port: Int, hosts: [String]) throws -> String {
        try make("one", hosts: hosts)
        return """
            listen 127.0.0.1:\(port) {
                certificate file:\(path("one.pem")) file:\(path("one.key"))
            }
            """
    }
}
