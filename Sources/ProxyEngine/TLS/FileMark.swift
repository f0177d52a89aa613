internal import Glibc

/// What changes when a file is written or replaced.
enum FileMark {
    static func marks(of paths: [String]) -> [String] {
        paths.map { path in
            var status = stat()
            guard stat(path, &status) == 0 else { return "\(path) \(errno)" }
            let time = status.st_mtim
            return "\(path) \(status.st_ino) \(status.st_size) \(time.tv_sec).\(time.tv_nsec)"
        }
    }
}
