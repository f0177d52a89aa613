import Foundation
import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// A real redis-server of one test's own, on a port the kernel chose, killed by pid at the end. When none is installed,
/// the test fails.
final class RedisServer: Sendable {
    struct NotStarted: Error { let reason: String }

    private static let program = "/usr/bin/redis-server"
    let port: Int
    private let options: [String]
    private let process: Mutex<Process>

    private init(port: Int, options: [String], process: Process) {
        self.port = port
        self.options = options
        self.process = Mutex(process)
    }

    deinit { stop() }

    /// Starts a server. Between asking for a free port and using it another process may take it: then again.
    static func start(options: [String] = []) async throws -> RedisServer {
        for _ in 0..<10 {
            let port = try await freePort()
            if let process = try await launch(port: port, options: options) {
                return RedisServer(port: port, options: options, process: process)
            }
        }
        throw NotStarted(reason: "no free port found")
    }

    func freeze() { process.withLock { _ = kill($0.processIdentifier, SIGSTOP) } }
    func thaw() { process.withLock { _ = kill($0.processIdentifier, SIGCONT) } }

    func stop() {
        process.withLock {
            kill($0.processIdentifier, SIGKILL)
            $0.waitUntilExit()
        }
    }

    /// Starts it anew on the same port, empty.
    func restart() async throws {
        guard let started = try await Self.launch(port: port, options: options) else {
            throw NotStarted(reason: "the port \(port) was taken")
        }
        process.withLock { $0 = started }
    }

    /// Says something to it by redis-cli, which knows nothing of the code under test.
    @discardableResult
    func command(_ words: String...) async throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/redis-cli")
        process.arguments = ["-p", String(port)] + words
        let output = Pipe()
        process.standardOutput = output
        return try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { _ in
                let text = output.fileHandleForReading.readDataToEndOfFile()
                continuation.resume(returning: String(decoding: text, as: UTF8.self))
            }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
    }

    private static func freePort() async throws -> Int {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        defer { channel.close(promise: nil) }
        guard let port = channel.localAddress?.port else { throw NotStarted(reason: "no port") }
        try await channel.close()
        return port
    }

    /// Nil when it ended before it accepted connections, as it does when the port is taken.
    private static func launch(port: Int, options: [String]) async throws -> Process? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["--port", String(port), "--save", "", "--bind", "127.0.0.1"] + options
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let reader = output.fileHandleForReading
        let isReady = await withCheckedContinuation { continuation in
            Thread.detachNewThread { awaitReadiness(reader, continuation) }
        }
        return isReady ? process : nil
    }

    /// Reads the server's log until it says that it is ready, and on to its end, so that it never blocks on a full pipe.
    private static func awaitReadiness(_ log: FileHandle, _ continuation: CheckedContinuation<Bool, Never>) {
        var text = Data()
        var isDecided = false
        while true {
            let chunk = log.availableData
            if !isDecided {
                text.append(chunk)
                let isReady = text.range(of: Data("Ready to accept connections".utf8)) != nil
                if isReady || chunk.isEmpty {
                    isDecided = true
                    continuation.resume(returning: isReady)
                }
            }
            if chunk.isEmpty { return }
        }
    }
}
