import Glibc
internal import Synchronization

/// A real redis-server on a port of its own that keeps nothing on disk, and that can be frozen, ended and started anew.
final class RedisServer: Sendable {
    let port: Int
    private let password: String?
    private let folder: TemporaryFolder
    private let process: Mutex<ChildProcess>

    init(password: String? = nil) throws {
        let folder = try TemporaryFolder()
        let (port, process) = try RedisServer.startOnFreePort(password: password, folder: folder)
        self.port = port
        self.password = password
        self.folder = folder
        self.process = Mutex(process)
    }

    deinit { kill() }

    // MARK: Its life

    /// It answers nothing, and its connections stay open.
    func freeze() { process.withLock { $0.signal(SIGSTOP) } }
    func thaw() { process.withLock { $0.signal(SIGCONT) } }

    /// Its connections are closed and its port is too.
    func stop() throws {
        let current = process.withLock { $0 }
        current.signal(SIGKILL)
        try current.waitForExit()
    }

    func kill() { process.withLock { $0.signal(SIGKILL) } }

    /// Empty, on the same port. Another program may hold the port for a moment.
    func start() throws {
        try eventually("Redis to start again on port \(port)") {
            guard let started = try? RedisServer.start(port: port, password: password, folder: folder) else {
                return false
            }
            process.withLock { $0 = started }
            return true
        }
    }

    // MARK: Commands

    @discardableResult
    func command(_ words: String...) throws -> RedisReply {
        let connection = try RedisConnection(port: port)
        if let password { try connection.command(["AUTH", password]) }
        return try connection.command(words)
    }

    func set(_ key: String, _ value: String, seconds: Int = 600) throws {
        try command("SET", key, value, "EX", String(seconds))
    }

    // MARK: Starting

    private static func startOnFreePort(password: String?, folder: TemporaryFolder) throws -> (Int, ChildProcess) {
        for _ in 0..<10 {
            let port = try Listener.freePort()
            if let process = try? start(port: port, password: password, folder: folder) { return (port, process) }
        }
        throw HarnessFailure("redis-server did not start on any of ten ports: is it installed?")
    }

    private static func start(port: Int, password: String?, folder: TemporaryFolder) throws -> ChildProcess {
        let command = [
            "redis-server", "--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
            "--dir", folder.path,
        ]
        let process = try ChildProcess(command + (password.map { ["--requirepass", $0] } ?? []))
        do {
            try eventually("redis-server to answer on port \(port)") {
                if let ended = process.exitStatus {
                    throw HarnessFailure("redis-server: \(ended)\n\(process.standardOutput.text)")
                }
                guard let reply = try? RedisConnection(port: port).command(["PING"]) else { return false }
                return reply == .status("PONG") || reply.isError("NOAUTH")
            }
            return process
        } catch {
            process.signal(SIGKILL)
            throw error
        }
    }
}
