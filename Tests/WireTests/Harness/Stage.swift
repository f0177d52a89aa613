internal import Testing

/// A gateway with what stands around it. A suite shares one by the trait `.stage(…)`; a test that stops, floods or
/// counts has one of its own, by the same trait or by `init` and `end`.
final class Stage: Sendable {
    let gateway: GatewayProcess
    let upstream: ScriptedUpstream
    private let redisServer: RedisServer?

    init(_ configuration: GatewayConfiguration = GatewayConfiguration(), redis: RedisServer? = nil) throws {
        upstream = try ScriptedUpstream()
        redisServer = try redis ?? (configuration.blacklist.isEmpty ? nil : RedisServer())
        gateway = try GatewayProcess(configuration, upstream: upstream.port, redis: redisServer?.port)
    }

    /// What every test wants to be true at its end: the gateway ran until now, ends as it should, and never sent the
    /// upstream anything that is not plain HTTP/1.1.
    func end() throws {
        defer { upstream.stopListening() }
        guard gateway.isRunning else {
            throw HarnessFailure("The gateway ended by itself: \(try gateway.waitForExit())\n\(gateway.standardError)")
        }
        try gateway.stop()
        guard upstream.faults.isEmpty else { throw HarnessFailure("At the upstream: \(upstream.faults)") }
    }

    // MARK: For the test

    var redis: RedisServer {
        get throws {
            guard let redisServer else {
                throw HarnessFailure("This stage has no Redis: its configuration names none.")
            }
            return redisServer
        }
    }

    func client() throws -> RawClient { try RawClient(port: gateway.port) }

    /// One request on a connection of its own, sent exactly as written.
    func send(_ request: String, method: String = "GET") throws -> Response {
        let client = try client()
        try client.send(request)
        return try client.response(to: method)
    }

    func send(_ request: Request) throws -> Response { try send(request.text, method: request.method) }

    func get(_ target: String, _ fields: String...) throws -> Response {
        try send(Request(target: target, fields: fields))
    }

    func get(_ target: String, token: TestToken, _ fields: String...) throws -> Response {
        try send(Request(target: target, fields: [token.bearer] + fields))
    }

    /// What the gateway has said reaches the harness through a pipe, and so perhaps after an answer that it gave later.
    func waitForLog(_ text: String) throws {
        do {
            try eventually("the gateway to say: \(text)") { gateway.standardError.contains(text) }
        } catch { throw HarnessFailure("\(error); it said\n\(gateway.standardError)") }
    }

    // MARK: Set by the trait

    @TaskLocal fileprivate static var shared: Stage?

    /// The stage of the suite or test that runs.
    static var current: Stage {
        get throws {
            guard let shared else { throw HarnessFailure("Neither the suite nor the test has the trait .stage(…)") }
            return shared
        }
    }
}

/// Sets the stage before the first test of a suite and takes it down after the last; or, on a test, around each of its
/// cases.
struct StageTrait: SuiteTrait, TestTrait, TestScoping {
    let configuration: GatewayConfiguration

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let stage = try Stage(configuration)
        try await Stage.$shared.withValue(stage) { try await function() }
        try stage.end()
    }
}

extension Trait where Self == StageTrait {
    static func stage(_ configuration: GatewayConfiguration = GatewayConfiguration()) -> StageTrait {
        StageTrait(configuration: configuration)
    }
}
