package import AuthFilter
internal import Foundation
internal import Glibc
internal import Routes

/// The gateway's own signing keys: a folder (0700) beside the database, a file each (0600). The newest signs, all verify.
package struct SigningKeys: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Newest last, by the date in their names.
    package let materials: [KeyMaterial]
    private let mint: TokenMint
    /// For the successors of refresh tokens.
    let refreshKey: [UInt8]

    /// The folder of a database's keys.
    package static func folder(of database: String) -> String { database + ".keys" }

    /// Reads the keys; makes the folder and a first key where there is none.
    package init(folder: String) throws(Failure) {
        try Self.makeFolder(folder)
        var names = try Self.names(in: folder)
        if names.isEmpty {
            let name = Self.newName()
            try Self.writeKey(folder + "/" + name + ".key")
            names = [name]
        }
        let refreshFile = folder + "/refresh.secret"
        if access(refreshFile, F_OK) != 0 { try Self.writeKey(refreshFile) }
        var materials: [KeyMaterial] = []
        for name in names {
            let file = folder + "/" + name + ".key"
            let settings = KeySettings(
                algorithm: .HS256, source: .file(file), kid: Array(name.utf8), encoding: .hex)
            materials.append(KeyMaterial(settings: settings, bytes: try Self.read(file)))
        }
        guard let newest = materials.last else { throw Failure(description: "\(folder): no signing key") }
        do throws(KeyError) { mint = try TokenMint(newest) } catch {
            throw Failure(description: "\(folder)/\(names.last ?? "").key: \(error.explanation)")
        }
        self.materials = materials
        refreshKey = try Self.read(refreshFile)
    }

    func sign(claims: [UInt8]) throws(CryptoError) -> [UInt8] {
        let kid = materials.last?.settings.kid ?? []
        var header = Array("{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":".utf8)
        JSONEscape.append(kid, to: &header)
        return try mint.mint(header: header + Array("}".utf8), claims: claims)
    }

    private static func makeFolder(_ folder: String) throws(Failure) {
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw fault(folder) }
        var status = stat()
        guard stat(folder, &status) == 0 else { throw fault(folder) }
        guard status.st_mode & 0o077 == 0 else {
            throw Failure(description: "\(folder): others may read the signing keys; run: chmod 700 \(folder)")
        }
    }

    private static func names(in folder: String) throws(Failure) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder)
                .filter { $0.hasSuffix(".key") }.map { String($0.dropLast(4)) }.sorted()
        } catch { throw Failure(description: "\(folder): the signing keys can't be listed") }
    }

    /// The date first, so that names sort by age.
    private static func newName() -> String {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let date = "\(parts.tm_year + 1900)\(two(parts.tm_mon + 1))\(two(parts.tm_mday))"
        let time = "\(two(parts.tm_hour))\(two(parts.tm_min))\(two(parts.tm_sec))"
        return "\(date)T\(time)-\(RandomText.hex(bytes: 4))"
    }

    /// 256 random bits in hexadecimal. Made beside and linked into place: never half a key under a key's name, and never
    /// over an existing one, whoever else starts at the same time.
    private static func writeKey(_ path: String) throws(Failure) {
        let draft = path + "." + RandomText.hex(bytes: 8)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw fault(draft) }
        let text = Array((RandomText.hex(bytes: 32) + "\n").utf8)
        let written = write(descriptor, text, text.count) == text.count && fsync(descriptor) == 0
        close(descriptor)
        defer { unlink(draft) }
        guard written, link(draft, path) == 0 || errno == EEXIST else { throw fault(path) }
    }

    private static func read(_ path: String) throws(Failure) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else { throw fault(path) }
        return Array(data)
    }

    private static func fault(_ path: String) -> Failure {
        Failure(description: "\(path): \(String(cString: strerror(errno)))")
    }
}

enum RandomText {
    /// From the system's generator.
    static func bytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    static func hex(bytes count: Int) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes(count).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
