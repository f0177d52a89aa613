internal import Foundation
internal import Glibc

/// The folder of the gateway's own signing keys (0700), a file each (0600). What is in it and what is done to it; what a key
/// is for, see ``SigningKeys``.
package struct SigningKeyFolder: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package struct Key: Sendable, Equatable {
        /// The `kid` of its tokens.
        package let name: String
        /// Milliseconds since 1970.
        package let createdAt: Int64
        /// Since when it signs no more; nil: it is the newest, and signs.
        package let supersededAt: Int64?

        /// Whether tokens that it signed may still live. The newest's do.
        package func mayBeInUse(at now: Int64, accessLife: Int64) -> Bool {
            supersededAt.map { now < $0 + accessLife } ?? true
        }
    }

    /// Of a secret in its file: 256 bits in hexadecimal.
    static let secretDigits = 64

    let path: String

    /// The folder beside a database.
    package init(besides database: String) { path = database + ".keys" }

    /// A gateway has made what it needs here. True as well where that can't be seen, so that reading it says why.
    package var isReady: Bool {
        if access(path, F_OK) != 0, errno == ENOENT { return false }
        guard let names = try? names() else { return true }
        return !names.isEmpty && access(path + "/refresh.secret", F_OK) == 0
    }

    /// Makes the folder where it is not there.
    func prepare() throws(Failure) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw Self.fault(path) }
        var status = stat()
        guard stat(path, &status) == 0 else { throw Self.fault(path) }
        guard status.st_mode & 0o077 == 0 else {
            throw Failure(description: "\(path): others may read the signing keys; run: chmod 700 \(path)")
        }
    }

    /// Newest last: names begin with the date.
    func names() throws(Failure) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path)
                .filter { $0.hasSuffix(".key") }.map { String($0.dropLast(4)) }.sorted()
        } catch { throw Failure(description: "\(path): the signing keys can't be listed") }
    }

    func file(of name: String) -> String { path + "/" + name + ".key" }

    // MARK: Administration

    package func keys() throws(Failure) -> [Key] {
        try prepare()
        let names = try names()
        var created: [Int64] = []
        for name in names { created.append(try Self.modified(file(of: name))) }
        return names.indices.map { index in
            Key(
                name: names[index], createdAt: created[index],
                supersededAt: index + 1 < names.count ? created[index + 1] : nil)
        }
    }

    /// A new key, which signs from now on.
    package func add() throws(Failure) -> String {
        try prepare()
        // Names of the same second would be in the order of chance.
        var name = Self.newName()
        while let newest = try names().last, newest.prefix(15) >= name.prefix(15) {
            usleep(50_000)
            name = Self.newName()
        }
        try Self.writeSecret(file(of: name))
        return name
    }

    /// Takes a key away: its tokens are refused.
    ///
    /// - Parameters:
    ///   - accessLife: of the tokens, in milliseconds.
    ///   - force: also when tokens of it may still live.
    package func retire(_ name: String, accessLife: Int64, force: Bool, at now: Int64) throws(Failure) {
        let keys = try keys()
        guard let key = keys.first(where: { $0.name == name }) else {
            throw Failure(description: "there is no key \(name) in \(path)")
        }
        guard keys.count > 1 else {
            throw Failure(description: "\(name) is the only key; add another first: gateway keys add")
        }
        guard force || !key.mayBeInUse(at: now, accessLife: accessLife) else {
            throw Failure(
                description: "tokens signed with \(name) may still live; wait, or refuse them now with --force")
        }
        guard unlink(file(of: name)) == 0 else { throw Self.fault(file(of: name)) }
    }

    // MARK: Files

    /// What changes when a key comes, goes or is another.
    package func fingerprint() throws(Failure) -> [String] {
        var marks: [String] = []
        for name in try names() { marks.append("\(name) \(try Self.modified(file(of: name)))") }
        return marks
    }

    private static func modified(_ path: String) throws(Failure) -> Int64 {
        var status = stat()
        guard stat(path, &status) == 0 else { throw fault(path) }
        return Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000
    }

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
    static func writeSecret(_ path: String) throws(Failure) {
        let draft = path + "." + RandomText.hex(bytes: 8)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw fault(draft) }
        let text = Array((RandomText.hex(bytes: 32) + "\n").utf8)
        let written = write(descriptor, text, text.count) == text.count && fsync(descriptor) == 0
        close(descriptor)
        defer { unlink(draft) }
        guard written, link(draft, path) == 0 || errno == EEXIST else { throw fault(path) }
    }

    static func read(_ path: String) throws(Failure) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else { throw fault(path) }
        return Array(data)
    }

    private static func fault(_ path: String) -> Failure {
        Failure(description: "\(path): \(String(cString: strerror(errno)))")
    }
}
