internal import Glibc
internal import Routes

/// Reads what `env:NAME` and `file:PATH` point to. Values never appear in any message.
struct SecretReader {
    /// The configuration file, from whose folder relative paths are seen.
    let file: String

    enum Failure: Error {
        case unset(String)
        case unreadable(FileAccess.Failure)

        var explanation: String {
            switch self {
            case .unset(let name): "the environment variable \(name) is not set"
            case .unreadable(let failure): failure.explanation
            }
        }
    }

    func read(_ source: SecretSource) throws(Failure) -> [UInt8] {
        switch source {
        case .environment(let name):
            guard let value = getenv(name) else { throw .unset(name) }
            return Array(String(cString: value).utf8)
        case .file(let path):
            do throws(FileAccess.Failure) {
                return try FileAccess.read(FileAccess.resolve(path, besides: file))
            } catch {
                throw .unreadable(error)
            }
        }
    }
}

extension Array where Element == UInt8 {
    /// Without the line end that editors and `echo` leave behind a password.
    var withoutTrailingNewline: [UInt8] {
        var bytes = self
        while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
        return bytes
    }
}
