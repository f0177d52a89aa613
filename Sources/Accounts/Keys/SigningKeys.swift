package import AuthFilter
internal import Glibc
internal import Routes

/// The gateway's own signing keys, read: the newest signs, all verify.
package struct SigningKeys: Sendable {
    /// Newest last.
    package let materials: [KeyMaterial]
    private let mint: TokenMint
    /// For the successors of refresh tokens.
    let refreshKey: [UInt8]

    /// Reads the keys; makes the folder and a first key where there is none.
    package init(_ folder: SigningKeyFolder) throws(SigningKeyFolder.Failure) {
        try folder.prepare()
        var names = try folder.names()
        if names.isEmpty { names = [try folder.add()] }
        let refreshFile = folder.path + "/refresh.secret"
        if access(refreshFile, F_OK) != 0 { try SigningKeyFolder.writeSecret(refreshFile) }
        var materials: [KeyMaterial] = []
        for name in names {
            let file = folder.file(of: name)
            let settings = KeySettings(algorithm: .HS256, source: .file(file), kid: Array(name.utf8), encoding: .hex)
            let material = KeyMaterial(settings: settings, bytes: try SigningKeyFolder.read(file))
            // Each is tried, so that a faulty one is named here.
            do throws(KeyError) { _ = try TokenMint(material) } catch {
                throw SigningKeyFolder.Failure(description: "\(file): \(error.explanation)")
            }
            materials.append(material)
        }
        guard let newest = materials.last, let mint = try? TokenMint(newest) else {
            throw SigningKeyFolder.Failure(description: "\(folder.path): no signing key")
        }
        (self.materials, self.mint) = (materials, mint)
        refreshKey = try SigningKeyFolder.read(refreshFile)
        guard refreshKey.count >= SigningKeyFolder.secretDigits else {
            throw SigningKeyFolder.Failure(
                description: "\(refreshFile): it is not whole; remove it, and another is made")
        }
    }

    func sign(claims: [UInt8]) throws(CryptoError) -> [UInt8] {
        let kid = materials.last?.settings.kid ?? []
        var header = Array("{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":".utf8)
        JSONEscape.append(kid, to: &header)
        return try mint.mint(header: header + Array("}".utf8), claims: claims)
    }
}
