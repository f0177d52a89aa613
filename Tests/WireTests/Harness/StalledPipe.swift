/// A standard output that is a pipe whose end for writing does not block, and whose reader takes nothing until it may.
enum StalledPipe {
    /// The reader waits for a file `go` beside the configuration; then it passes on everything, until the gateway has ended.
    static let launcher = [
        "python3", "-c",
        #"""
        import os, sys, time
        words = sys.argv[1:]
        gate = os.path.join(os.path.dirname(words[words.index("--config") + 1]), "go")
        source, sink = os.pipe()
        gateway = os.getpid()
        if os.fork() == 0:
            os.close(sink)
            while not os.path.exists(gate) and os.getppid() == gateway:
                time.sleep(0.01)
            while octets := os.read(source, 65536):
                while octets:
                    octets = octets[os.write(1, octets):]
            os._exit(0)
        os.close(source)
        os.set_blocking(sink, False)
        os.dup2(sink, 1)
        os.execvp(words[0], words)
        """#,
    ]

    static func letRead(_ gateway: GatewayProcess) throws {
        let folder = gateway.configurationFile.dropLast("/routes.conf".count)
        _ = try run(["touch", folder + "/go"])
    }
}
