import Glibc
internal import Synchronization
internal import Testing

@Suite("Log lines that can't be written, and files that are rotated")
struct LogLossWireTests {
    private func folder(of stage: Stage) -> String {
        String(stage.gateway.configurationFile.dropLast("/routes.conf".count))
    }

    @Test("On a full disk each line is there whole or counted, /ready warns, and the log goes on when there is room")
    func full() throws {
        let stage = try Stage(FullDisk.configuration(routes: "* /** public"))
        let disk = FullDisk(of: stage.gateway)
        let count = 600
        let client = try stage.client()
        for number in 0..<count {
            try client.send(Request(target: "/n\(number)-").text)
            #expect(try client.response().status == 200)
        }
        var lost = 0
        try eventually("every line to be there or counted") {
            lost = try stage.gateway.metric("gateway_log_lines_lost_total")
            return try lost > 0 && lost + disk.log().count { $0 == "\n" } == count
        }
        #expect(
            try stage.gateway.admin("/ready").text.contains(
                "log: \(lost) lines were lost since the start, the last ones: \(FullDisk.reason)"))
        try stage.waitForLog("lines were lost: \(FullDisk.reason)")

        let before = try disk.log().split(separator: "\n")
        try disk.makeRoom()
        _ = try stage.get("/again")
        try eventually("the log to go on") { try disk.log().contains("/again") }
        // Behind the half line, which is ended: what was lost, then the next line.
        var lines = try disk.log().split(separator: "\n")
        if FullDisk.isMounted {
            #expect(lines.starts(with: before))
            lines.removeFirst(before.count)
        }
        #expect(lines.first == #"{"event":"log_lines_lost","count":\#(lost)}"#)
        #expect(lines.dropFirst().compactMap { LogLine(String($0))?.path } == ["/again"])
        let whole = before.compactMap { LogLine(String($0)) }
        #expect(whole.map(\.path) == (0..<count - lost).map { "/n\($0)-" })
        #expect(before.count - whole.count <= 1)
        #expect(try stage.gateway.metric("gateway_log_lines_lost_total") == lost)
        try stage.end()
    }

    @Test("A reader that stalls holds up no request and costs no line, though writing to its pipe does not block")
    func stalled() throws {
        var configuration = GatewayConfiguration(settings: "log stdout", routes: "* /** public")
        configuration.launcher = StalledPipe.launcher
        let stage = try Stage(configuration)
        // Several times what a pipe holds.
        let count = 2000
        let client = try stage.client()
        for number in 0..<count {
            try client.send(Request(target: "/n\(number)-").text)
            #expect(try client.response().status == 200)
        }
        #expect(stage.gateway.standardOutput == "")
        try StalledPipe.letRead(stage.gateway)
        let lines = try stage.gateway.logLines(count: count) { _ in true }
        #expect(lines.map(\.path) == (0..<count).map { "/n\($0)-" })
        #expect(try stage.gateway.metric("gateway_log_lines_lost_total") == 0)
        try stage.end()
    }

    @Test("What a stalled reader leaves beyond 16 MB is counted line by line, and none is torn")
    func overflow() throws {
        var configuration = GatewayConfiguration(settings: "log stdout", routes: "* /** public")
        configuration.launcher = StalledPipe.launcher
        let stage = try Stage(configuration)
        let (count, long) = (2800, String(repeating: "x", count: 7000))
        let client = try stage.client()
        for number in 0..<count {
            try client.send(Request(method: "HEAD", target: "/n\(number)-\(long)").text)
            #expect(try client.response(to: "HEAD").status == 200)
        }
        try eventually("lines to be counted as lost") {
            try stage.gateway.metric("gateway_log_lines_lost_total") > 0
        }
        #expect(try stage.gateway.admin("/ready").text.contains("the destination takes lines too slowly"))
        try StalledPipe.letRead(stage.gateway)
        var (told, whole) = (0, 0)
        try eventually("every line to be there or told of") {
            let lines = stage.gateway.standardOutput.split(separator: "\n")
            told = lines.reduce(0) { sum, line in
                let start = #"{"event":"log_lines_lost","count":"#
                return sum + (line.hasPrefix(start) ? Int(line.dropFirst(start.count).dropLast()) ?? 0 : 0)
            }
            whole = lines.count { $0.contains(long) && $0.hasSuffix("}") }
            // What follows makes the gateway tell of what it lost.
            if told == 0 { _ = try stage.get("/after") }
            return told + whole >= count
        }
        #expect(told + whole == count)
        #expect(try stage.gateway.metric("gateway_log_lines_lost_total") == told)
        try stage.end()
        for line in stage.gateway.standardOutput.split(separator: "\n")
        where LogLine(String(line)) == nil && !line.hasPrefix(#"{"event":"log_lines_lost""#) {
            Issue.record("a torn line: \(line.prefix(200))")
        }
    }

    @Test("A reader that stalls for good does not keep the gateway from ending, and the last word tells of it")
    func stalledForGood() throws {
        var configuration = GatewayConfiguration(settings: "log stdout", routes: "* /** public")
        configuration.launcher = StalledPipe.launcher
        let stage = try Stage(configuration)
        let client = try stage.client()
        for _ in 0..<1000 {
            try client.send(Request(target: "/x").text)
            #expect(try client.response().status == 200)
        }
        stage.gateway.signal(SIGTERM)
        try stage.waitForLog("stopping: no new connections")
        stage.gateway.signal(SIGTERM)
        #expect(try stage.gateway.waitForExit() == .exited(0))
        #expect(stage.gateway.standardError.contains("its last lines are not written: nothing takes them"))
    }

    @Test("A reader of standard output that has gone ends nothing, and what it misses is counted")
    func readerGone() throws {
        var configuration = GatewayConfiguration(settings: "log stdout", routes: "* /** public")
        configuration.launcher = ["bash", "-c", #"exec "$@" 1> >(exit 0)"#, "bash"]
        let stage = try Stage(configuration)
        try eventually("lines to be counted as lost") {
            _ = try stage.get("/x")
            return try stage.gateway.metric("gateway_log_lines_lost_total") > 0
        }
        #expect(try stage.gateway.admin("/ready").text.contains("Broken pipe"))
        try stage.end()
    }

    @Test(
        "A file that is renamed under load loses nothing: each line is in one of them, once",
        arguments: [SIGUSR1, SIGHUP])
    func rotated(signal: Int32) throws {
        let stage = try Stage(GatewayConfiguration(settings: "log access.log", routes: "* /** public"))
        let count = 600
        for number in 0..<count {
            if number % 200 == 100 {
                let rename = #"mv "$0/access.log" "$0/access.log.\#(number)""#
                _ = try run(["/bin/sh", "-c", rename, folder(of: stage)])
                stage.gateway.signal(signal)
            }
            _ = try stage.get("/line-\(number)-")
        }
        try stage.end()
        let files = try run(["/bin/sh", "-c", #"ls "$0" | grep -c access; cat "$0"/access.log*"#, folder(of: stage)])
            .output
        let lines = files.split(separator: "\n")
        #expect(lines.first == "4" && lines.count == count + 1)
        for number in 0..<count where lines.filter({ $0.contains("/line-\(number)-") }).count != 1 {
            Issue.record("line \(number) is not there once")
        }
        #expect(
            try run(["/bin/sh", "-c", #"tail -n 1 "$0/access.log""#, folder(of: stage)]).output.contains("line-599"))
    }

    @Test("Under eight clients at once a file that is renamed loses nothing, and no line is torn")
    func rotatedUnderLoad() throws {
        let stage = try Stage(GatewayConfiguration(settings: "log access.log", routes: "* /** public"))
        let folder = folder(of: stage)
        let load = try CountedLoad(stage, clients: 8, requests: 500)
        for turn in 0..<12 {
            try load.waitFor(share: turn, of: 12)
            let rename = #"mv "$0/access.log" "$0/old.$1""#
            #expect(try run(["/bin/sh", "-c", rename, folder, "\(turn)"]).status == .exited(0))
            stage.gateway.signal(SIGUSR1)
            try eventually("the new file") { access(folder + "/access.log", F_OK) == 0 }
        }
        try load.waitFor(share: 1, of: 1)
        try stage.end()
        let files = try (0..<12).map { "old.\($0)" }.reduce("") { text, name in
            let file = try run(["cat", "\(folder)/\(name)"]).output
            #expect(file.isEmpty || file.hasSuffix("\n"))
            return text + file
        }
        let lines = (try files + run(["cat", folder + "/access.log"]).output).split(separator: "\n")
        let paths = lines.compactMap { LogLine(String($0))?.path }
        #expect(paths.count == lines.count)
        #expect(paths.sorted() == load.paths.sorted())
        // Each client's lines are in the order of its requests.
        for client in 0..<8 {
            let own = paths.filter { $0.hasPrefix("/c\(client)-") }
            #expect(own == load.paths.filter { $0.hasPrefix("/c\(client)-") })
        }
    }

    @Test("A file that is copied and emptied under load goes on at its start, with whole lines, and none twice")
    func copiedAndTruncated() throws {
        let stage = try Stage(GatewayConfiguration(settings: "log access.log", routes: "* /** public"))
        let folder = folder(of: stage)
        let load = try CountedLoad(stage, clients: 8, requests: 500)
        for turn in 0..<12 {
            try load.waitFor(share: turn, of: 12)
            _ = try run(["/bin/sh", "-c", #"cp "$0/access.log" "$0/old.$1" && : > "$0/access.log""#, folder, "\(turn)"])
        }
        try load.waitFor(share: 1, of: 1)
        try stage.end()
        // Only the end of a copy may be half a line: it was being written.
        var paths: [String] = []
        for name in (0..<12).map({ "old.\($0)" }) + ["access.log"] {
            let text = try run(["cat", "\(folder)/\(name)"]).output
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            let found = lines.dropLast().map { LogLine(String($0))?.path }
            #expect(!found.contains(nil) && !text.contains("\0"), "\(name)")
            #expect(name != "access.log" || lines.last == "")
            paths += found.compactMap { $0 }
        }
        #expect(Set(paths).count == paths.count && Set(paths).isSubset(of: load.paths))
        // The gateway wrote them all: what is missing was written between the copy and the emptying.
        #expect(!stage.gateway.standardError.contains("lines were lost"))
    }

    @Test("Where the new file can't be opened the old one stays in use, and that is said")
    func unopenable() throws {
        // `$4` is the configuration's file.
        var configuration = GatewayConfiguration(settings: "log logs/access.log", routes: "* /** public")
        configuration.launcher = ["sh", "-c", #"mkdir "${4%/*}/logs" && exec "$@""#, "sh"]
        let stage = try Stage(configuration)
        let folder = folder(of: stage)
        _ = try run(["/bin/sh", "-c", #"mv "$0/logs" "$0/moved""#, folder])
        stage.gateway.signal(SIGUSR1)
        try eventually("the failure to be said") { stage.gateway.standardError.contains("the old file stays in use") }
        _ = try stage.get("/still")
        try eventually("the line in the old file") {
            try run(["cat", folder + "/moved/access.log"]).output.contains("/still")
        }
        try stage.end()
    }

    @Test("A pipe without a reader as the log's file is refused at the start, which waits for none")
    func pipe() throws {
        let folder = try TemporaryFolder()
        _ = try run(["mkfifo", folder.path + "/log"])
        let text = "listen 127.0.0.1:0\nupstream app http://127.0.0.1:1\nlog \(folder.path)/log\n* /** public\n"
        let result = try run([Paths.gateway, "run", "--config", try folder.write("routes.conf", text)])
        #expect(result.status == .exited(1) && result.errors.contains("/log: No such device"), "\(result.errors)")
    }

    @Test("SIGUSR2 and SIGWINCH end nothing, SIGQUIT ends as SIGTERM does")
    func signals() throws {
        let stage = try Stage(GatewayConfiguration(routes: "* /** public"))
        for signal in [SIGUSR1, SIGUSR2, SIGWINCH] { stage.gateway.signal(signal) }
        for _ in 0..<10 { #expect(try stage.get("/x").status == 200) }
        stage.gateway.signal(SIGQUIT)
        #expect(try stage.gateway.waitForExit() == .exited(0))
        #expect(stage.gateway.standardError.contains("stopped"))
    }
}

/// Clients that ask at once, each on a connection of its own and each for a path of its own every time.
private final class CountedLoad: Sendable {
    let paths: [String]
    private let answered = Mutex(0)
    private let failures = Mutex<[String]>([])

    init(_ stage: Stage, clients: Int, requests: Int) throws {
        paths = (0..<clients).flatMap { client in (0..<requests).map { "/c\(client)-n\($0)-" } }
        let port = stage.gateway.port
        for client in 0..<clients {
            let own = Array(paths[client * requests..<(client + 1) * requests])
            onThread { self.run(port, own) }
        }
    }

    /// That part of all requests is answered.
    func waitFor(share: Int, of shares: Int) throws {
        try eventually("\(share)/\(shares) of the requests") {
            let failed = failures.withLock { $0 }
            guard failed.isEmpty else { throw HarnessFailure("\(failed)") }
            return answered.withLock { $0 } >= paths.count * share / shares
        }
    }

    private func run(_ port: Int, _ paths: [String]) {
        do {
            let client = try RawClient(port: port)
            for path in paths {
                try client.send(Request(target: path).text)
                let status = try client.response().status
                guard status == 200 else { throw HarnessFailure("\(path): \(status)") }
                answered.withLock { $0 += 1 }
            }
        } catch { failures.withLock { $0.append("\(error)") } }
    }
}
