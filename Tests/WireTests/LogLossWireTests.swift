import Glibc
internal import Testing

@Suite("Log lines that can't be written, and files that are rotated")
struct LogLossWireTests {
    private func folder(of stage: Stage) -> String {
        String(stage.gateway.configurationFile.dropLast("/routes.conf".count))
    }

    @Test("On a full disk each line is there whole or counted, /ready warns, and the log goes on when there is room")
    func full() throws {
        // A file may have this many octets: what the kernel says then is as from a disk without room.
        var configuration = GatewayConfiguration(settings: "log access.log", routes: "* /** public")
        configuration.launcher = ["prlimit", "--fsize=4000"]
        let stage = try Stage(configuration)
        let count = 200
        for number in 0..<count { _ = try stage.get("/n\(number)") }
        var lost = 0
        try eventually("lines to be counted as lost") {
            lost = try stage.gateway.metric("gateway_log_lines_lost_total")
            let written = try run(["cat", folder(of: stage) + "/access.log"]).output
            return lost > 0 && lost + written.split(separator: "\n").filter { $0.hasSuffix("}") }.count == count
        }
        #expect(try stage.gateway.admin("/ready").text.contains("log: \(lost) lines were lost"))
        try eventually("standard error to say so") {
            stage.gateway.standardError.contains("lines were lost: File too large")
        }
        // Room again: the half line ends first, and a line tells of the loss.
        _ = try run(["/bin/sh", "-c", #": > "$0/access.log""#, folder(of: stage)])
        try eventually("the log to go on") {
            _ = try stage.get("/again")
            let written = try run(["cat", folder(of: stage) + "/access.log"]).output
            return written.drop { $0 == "\n" }.hasPrefix(#"{"event":"log_lines_lost","count":"#)
                && written.contains("/again")
        }
        try stage.end()
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
