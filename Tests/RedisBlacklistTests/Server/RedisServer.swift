import Foundation
import Glibc
import Synchronization
import TestSupport

/// A real redis-server of one test's own, on a port the kernel chose, killed by pid at the end. When none is installed,
/// the test fails.
final class RedisServer: Sendable {
    struct NotStarted: Error { let reason: String }

    private static let program = "/usr/bin/redis-server"
    private let reservedPort: ReservedPort
    private let options: [String]
    private let process: Mutex<Process>

    var port: Int { reservedPort.number }

    private init(port: ReservedPort, options: [String], process: Process) {
        reservedPort = port
        self.options = options
        self.process = Mutex(process)
    }

    deinit { stop() }

    static func start(options: [String] = []) async throws -> RedisServer {
        let port = try ReservedPort()
        return RedisServer(
            port: port, options: options, process: try await launch(port: port.number, options: options))
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
        let started = try await Self.launch(port: port, options: options)
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

    /// - Throws: `NotStarted` when it ended before it accepted connections.
    private static func launch(port: Int, options: [String]) async throws -> Process {
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
        guard isReady else { throw NotStarted(reason: "redis-server ended at once on port \(port)") }
        return process
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
