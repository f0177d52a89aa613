internal import Glibc

/// Reads whole small files: the configuration, secrets, keys.
enum FileAccess {
    struct Failure: Error {
        let path: String
        let code: Int32

        var explanation: String { "\(path): \(reason)" }

        /// In the system's words.
        var reason: String { String(cString: strerror(code)) }
    }

    /// Larger files are none of ours: a mistaken path must not fill the memory.
    static let sizeLimit = 16 * 1024 * 1024

    static func read(_ path: String) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(path: path, code: errno) }
        defer { close(descriptor) }
        return try read(descriptor, path)
    }

    /// Whatever it is: also a socket, which can't be opened by a name.
    static func readStandardInput() throws(Failure) -> [UInt8] { try read(STDIN_FILENO, "standard input") }

    private static func read(_ descriptor: Int32, _ path: String) throws(Failure) -> [UInt8] {
        var content: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure(path: path, code: errno)
            }
            if count == 0 { return content }
            content.append(contentsOf: piece[..<count])
            guard content.count <= sizeLimit else { throw Failure(path: path, code: EFBIG) }
        }
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// `path` as seen from the folder of `file`.
    static func resolve(_ path: String, besides file: String) -> String {
        guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
        return String(file[...slash]) + path
    }
}
