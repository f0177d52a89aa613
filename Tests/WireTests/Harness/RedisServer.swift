import Glibc
internal import Synchronization
internal import TestSupport

/// A real redis-server on a port of its own that keeps nothing on disk, and that can be frozen, ended and started anew.
final class RedisServer: Sendable {
    private let reservedPort: ReservedPort
    private let password: String?
    private let folder: TemporaryFolder
    private let process: Mutex<ChildProcess>

    init(password: String? = nil) throws {
        reservedPort = try ReservedPort()
        folder = try TemporaryFolder()
        self.password = password
        process = Mutex(
            try RedisServer.start(port: reservedPort.number, password: password, folder: folder))
    }

    deinit { kill() }

    var port: Int { reservedPort.number }

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

    /// Empty, on the same port.
    func start() throws {
        let started = try RedisServer.start(port: port, password: password, folder: folder)
        process.withLock { $0 = started }
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
