/// A key pair in PEM files, made by openssl, which can sign with it too: by no code of the gateway's.
final class KeyPair: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case rsa, p256, p384, p521, ed25519

        fileprivate var options: [String] {
            switch self {
            case .rsa: ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]
            case .p256: ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
            case .p384: ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"]
            case .p521: ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"]
            case .ed25519: ["-algorithm", "ED25519"]
            }
        }

        /// Of a signature's two integers in JOSE, each (RFC 7518, section 3.4).
        fileprivate var coordinateLength: Int? {
            switch self {
            case .rsa, .ed25519: nil
            case .p256: 32
            case .p384: 48
            case .p521: 66
            }
        }
    }

    private let kind: Kind
    private let folder: TemporaryFolder
    var privatePath: String { folder.path + "/private.pem" }
    var publicPath: String { folder.path + "/public.pem" }

    init(_ kind: Kind) throws {
        self.kind = kind
        folder = try TemporaryFolder()
        try KeyPair.openssl(["genpkey", "-out", privatePath] + kind.options)
        try KeyPair.openssl(["pkey", "-in", privatePath, "-pubout", "-out", publicPath])
    }

    /// The token, signed as its header says: `alg` must be one of this key's kind.
    func sign(_ signingInput: String, algorithm: String) throws -> String {
        let input = try folder.write("input", signingInput)
        let signature = folder.path + "/signature"
        if kind == .ed25519 {
            try KeyPair.openssl(["pkeyutl", "-sign", "-rawin", "-inkey", privatePath, "-in", input, "-out", signature])
        } else {
            let padding = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:-1"]
            try KeyPair.openssl(
                ["dgst", "-sha\(algorithm.suffix(3))", "-sign", privatePath, "-out", signature]
                    + (algorithm.hasPrefix("PS") ? padding : []) + [input])
        }
        let hex = try run(["od", "-An", "-v", "-tx1", signature]).output
        let bytes = hex.split { $0 == " " || $0 == "\n" }.compactMap { UInt8($0, radix: 16) }
        let raw = kind.coordinateLength.map { KeyPair.fixedLength(bytes, $0) } ?? bytes
        return signingInput + "." + TestToken.base64url(raw)
    }

    /// SEQUENCE { INTEGER r, INTEGER s } as two numbers of one length, side by side.
    private static func fixedLength(_ sequence: [UInt8], _ length: Int) -> [UInt8] {
        var position = sequence[1] == 0x81 ? 3 : 2
        var numbers: [UInt8] = []
        for _ in 0..<2 {
            let end = position + 2 + Int(sequence[position + 1])
            let digits = sequence[(position + 2)..<end].drop { $0 == 0 }
            numbers += [UInt8](repeating: 0, count: length - digits.count) + digits
            position = end
        }
        return numbers
    }

    private static func openssl(_ arguments: [String]) throws {
        let result = try run(["openssl"] + arguments)
        guard result.status == .exited(0) else { throw HarnessFailure("openssl \(arguments): \(result.errors)") }
    }
}
