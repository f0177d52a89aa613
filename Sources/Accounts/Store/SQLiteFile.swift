internal import GRDB
internal import Glibc

/// Opens the accounts' database: WAL, every commit on the disk before it is answered, the tables as they are today.
enum SQLiteFile {
    /// - Throws: ``StoreFault`` with the file's name in it where it can't be opened, is corrupt or can't be written.
    static func open(_ path: String) throws(StoreFault) -> DatabaseQueue {
        // SQLite would create it as the umask says; the hashes in it concern nobody else. Only a new file may be opened here:
        // closing a descriptor of one that this process has open drops SQLite's locks on it (POSIX advisory locks), and
        // another process would take the write-ahead log for its own.
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
        } else if errno != EEXIST {
            throw StoreFault(reason: .unavailable, description: "\(path): \(String(cString: strerror(errno)))")
        }
        var configuration = GRDB.Configuration()
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(2)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
        }
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try Schema.migrator.migrate(queue)
            return queue
        } catch {
            throw StoreFault(reason: .unavailable, description: "\(path): \(text(error))")
        }
    }

    static func text(_ error: any Error) -> String {
        (error as? DatabaseError).map { $0.message ?? "SQLite error \($0.resultCode.rawValue)" } ?? "\(error)"
    }
}
