import Glibc

/// Where things are in the checkout.
enum Paths {
    /// The checkout, or a copy of it where ``LeastUser`` can't read it, as below root's home.
    static let package = CheckoutCopy.reachable(
        folder(above: folder(above: folder(above: folder(above: realPath(#filePath))))))

    /// The release binary. Another one can be named in the environment.
    static let gateway = CheckoutCopy.reachable(
        program: getenv("GATEWAY_BIN").map { String(cString: $0) } ?? package + "/.build/release/gateway")

    private static func folder(above path: String) -> String {
        String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
    }

    private static func realPath(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}

/// A folder of its own below the system's for temporary files, removed with all that is in it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/gateway-wire-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw HarnessFailure("mkdtemp: \(errorText(errno))") }
        path = String(cString: made)
        try LeastUser.own(path)
    }

    deinit { remove(path) }

    @discardableResult
    func write(_ name: String, _ contents: String, mode: mode_t = 0o600) throws -> String {
        let file = path + "/" + name
        let descriptor = open(file, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw HarnessFailure("\(file): \(errorText(errno))") }
        defer { close(descriptor) }
        try LeastUser.own(file)
        let bytes = Array(contents.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw HarnessFailure("\(file): short") }
        return file
    }

    private func remove(_ path: String) {
        guard let folder = opendir(path) else { return }
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name != "." && name != ".." else { continue }
            let inner = path + "/" + name
            if entry.pointee.d_type == UInt8(DT_DIR) { remove(inner) } else { unlink(inner) }
        }
        closedir(folder)
        rmdir(path)
    }
}
