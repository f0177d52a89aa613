import Glibc
internal import Testing

@Suite("Many connections")
struct IdleConnectionsWireTests {
    /// Many systems give a process 1024 descriptors unless it asks for more.
    private static func makeRoom() throws {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur >= 4096 else {
            throw HarnessFailure("a process may open only \(limit.rlim_cur) files")
        }
    }

    @Test("A thousand kept-alive connections, idle after a request each, are all good for another", .stage(.open))
    func idle() throws {
        try Self.makeRoom()
        let stage = try Stage.current
        let clients = try (0..<1000).map { _ in try stage.client() }
        for round in 1...2 {
            for (index, client) in clients.enumerated() {
                try client.send(Request(target: "/\(round)-\(index)").text)
                let response = try client.response()
                #expect(try response.echo().requestLine == "GET /\(round)-\(index) HTTP/1.1")
                #expect(response.keepsAlive)
            }
        }
        #expect(try stage.gateway.neverHeldMore(thanMegabytes: 64))
        #expect(stage.upstream.connectionCount < 10)
    }
}
