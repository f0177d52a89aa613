internal import NIOSSL

/// A certificate chain with its key, and the hosts that it is for.
struct TLSIdentity: Sendable {
    let chain: [NIOSSLCertificate]
    let key: NIOSSLPrivateKey
    /// In lower case; perhaps with a first label `*` (RFC 6125 §6.4.3).
    let hosts: [String]

    init(_ files: TLSSettings.Certificate) throws(TLSFault) {
        do { chain = try NIOSSLCertificate.fromPEMFile(files.chain) } catch {
            throw TLSFault(description: "\(files.chain): no certificate in PEM can be read there")
        }
        guard let leaf = chain.first else {
            throw TLSFault(description: "\(files.chain): there is no certificate in it")
        }
        do { key = try NIOSSLPrivateKey(file: files.key, format: .pem) } catch {
            throw TLSFault(description: "\(files.key): no private key in PEM can be read there")
        }
        hosts = Self.hosts(of: leaf)
        // That the key is the certificate's shows only when both are used.
        do {
            _ = try NIOSSLContext(
                configuration: .makeServerConfiguration(
                    certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key)))
        } catch { throw TLSFault(description: "\(files.key): the key is not that of \(files.chain)") }
    }

    /// Whether the certificate is for `host`, which is in lower case.
    func isFor(_ host: String) -> Bool { Self.isAny(of: hosts, for: host) }

    static func hosts(of certificate: NIOSSLCertificate) -> [String] {
        certificate._subjectAlternativeNames().filter { $0.nameType == .dnsName }.map { name in
            String(decoding: name.contents, as: UTF8.self).lowercased()
        }
    }

    static func isAny(of hosts: [String], for host: String) -> Bool {
        hosts.contains { pattern in
            guard pattern.hasPrefix("*.") else { return pattern == host }
            guard let dot = host.firstIndex(of: "."), dot != host.startIndex else { return false }
            return host[dot...] == pattern.dropFirst()
        }
    }
}
