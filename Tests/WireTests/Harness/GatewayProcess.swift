import Glibc
import TestSupport

/// The release binary, running, with a configuration of its own.
final class GatewayProcess: Sendable {
    let configurationFile: String
    private let ports: (own: ReservedPort, admin: ReservedPort)
    private let folder: TemporaryFolder
    private let process: ChildProcess

    /// Starts it, on ports that are its own, and waits until it accepts.
    init(_ configuration: GatewayConfiguration, upstream: Int, redis: Int? = nil) throws {
        guard access(Paths.gateway, X_OK) == 0 else {
            throw HarnessFailure("There is no \(Paths.gateway): `make build` makes it, or set GATEWAY_BIN.")
        }
        folder = try TemporaryFolder()
        ports = try (ReservedPort(), ReservedPort())
        configurationFile = try folder.write(
            "routes.conf",
            configuration.text(
                port: ports.own.number, admin: ports.admin.number, upstream: upstream, redis: redis))
        process = try ChildProcess(
            configuration.launcher + [Paths.gateway, "run", "--config", configurationFile] + configuration.arguments,
            environment: configuration.environment, needsPrivileges: configuration.launcherNeedsPrivileges)
        guard try GatewayProcess.accepts(process, ports: [ports.own.number, ports.admin.number]) else {
            throw HarnessFailure(
                "The gateway did not start:\n\(process.standardOutput.text)\(process.standardError.text)")
        }
    }

    deinit { process.signal(SIGKILL) }

    private static func accepts(_ process: ChildProcess, ports: [Int]) throws -> Bool {
        do {
            try eventually("the gateway to accept on \(ports)") {
                if process.exitStatus != nil { throw HarnessFailure("it ended") }
                return ports.allSatisfy { (try? Socket.connected(to: $0)) != nil }
            }
            return true
        } catch {
            process.signal(SIGKILL)
            try process.waitForExit()
            return false
        }
    }

    // MARK: For the test

    var port: Int { ports.own.number }
    var adminPort: Int { ports.admin.number }
    var pid: pid_t { process.pid }
    var isRunning: Bool { process.exitStatus == nil }
    var standardOutput: String { process.standardOutput.text }
    var standardError: String { process.standardError.text }

    /// All that it ever wrote, for what must not be in it.
    var everythingItWrote: String { standardOutput + standardError }

    func signal(_ number: Int32) { process.signal(number) }

    @discardableResult
    func waitForExit(within duration: Duration = Deadline.usual) throws -> ExitStatus {
        try process.waitForExit(within: duration)
    }

    /// SIGTERM, and exit status 0: anything else is a defect, and so is a message of a crash.
    func stop() throws {
        process.signal(SIGTERM)
        defer { process.signal(SIGKILL) }
        let status = try process.waitForExit()
        guard status == .exited(0) else { throw HarnessFailure("The gateway ended with \(status):\n\(standardError)") }
    }

    func admin(_ path: String) throws -> Response {
        let client = try RawClient(port: adminPort)
        try client.send(Request(target: path).text)
        return try client.response()
    }

    /// The value of a metric that has no labels, or of one written with them.
    func metric(_ name: String) throws -> Int {
        let lines = try admin("/metrics").text.split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix(name + " ") }),
            let value = Int(line.dropFirst(name.count + 1))
        else { throw HarnessFailure("no metric \(name) among\n\(lines.joined(separator: "\n"))") }
        return value
    }

    /// The access log's lines about requests whose path contains the tag, as soon as there are `count`.
    func logLines(_ tag: String, count: Int = 1) throws -> [LogLine] {
        try logLines(count: count) { $0.path.contains(tag) }
    }

    func logLines(count: Int = 1, where isWanted: (LogLine) -> Bool) throws -> [LogLine] {
        var lines: [LogLine] = []
        do {
            try eventually("\(count) such log lines") {
                lines = standardOutput.split(separator: "\n").compactMap { LogLine(String($0)) }.filter(isWanted)
                return lines.count >= count
            }
        } catch { throw HarnessFailure("\(error); there are \(lines.count) in:\n\(standardOutput)") }
        return lines
    }
}
