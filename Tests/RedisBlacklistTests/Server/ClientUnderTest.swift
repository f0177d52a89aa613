import Glibc
import NIOCore
import NIOPosix
import RedisBlacklist

/// A client on an event loop, driven from a test. Whatever does not happen within 20 seconds fails the test; with a
/// sanitizer it may take as many times longer as GATEWAY_TEST_PATIENCE says.
final class ClientUnderTest: Sendable {
    struct NeverHappened: Error { let awaited: String }

    private static let patience = TimeAmount.seconds(
        20 * (getenv("GATEWAY_TEST_PATIENCE").flatMap { Int64(String(cString: $0)) } ?? 1))
    private let eventLoop: any EventLoop
    private let confined: NIOLoopBound<Confined>

    /// What belongs to the event loop.
    private final class Confined {
        let client: BlacklistClient
        let changes: Changes

        init(client: BlacklistClient, changes: Changes) {
            self.client = client
            self.changes = changes
        }
    }

    private init(eventLoop: any EventLoop, confined: NIOLoopBound<Confined>) {
        self.eventLoop = eventLoop
        self.confined = confined
    }

    /// Starts a client, and hands it over at once, whether it is connected or not.
    static func start(_ configuration: BlacklistConfiguration) async throws -> ClientUnderTest {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        return try await eventLoop.submit {
            let changes = Changes()
            let client = BlacklistClient(configuration: configuration, eventLoop: eventLoop) { changes.append($0) }
            client.start()
            let confined = NIOLoopBound(Confined(client: client, changes: changes), eventLoop: eventLoop)
            return ClientUnderTest(eventLoop: eventLoop, confined: confined)
        }.get()
    }

    /// Runs a test with a client of a server, and shuts the client down whatever happens.
    static func with(
        _ server: RedisServer, _ change: (inout BlacklistConfiguration) -> Void = { _ in },
        _ body: (ClientUnderTest) async throws -> Void
    ) async throws {
        var configuration = BlacklistConfiguration(host: "127.0.0.1", port: server.port)
        change(&configuration)
        let client = try await start(configuration)
        let result: Result<Void, any Error>
        do { result = .success(try await body(client)) } catch { result = .failure(error) }
        try await client.shutdown()
        try result.get()
    }

    var isReady: Bool {
        get async throws { try await eventLoop.submit { self.confined.value.client.isReady }.get() }
    }

    func check(_ token: String? = nil, subject: String? = nil) async throws -> RevocationAnswer {
        try await checkNoting(token, subject: subject).answer
    }

    /// The answer, and whether it came before `check` returned.
    func checkNoting(
        _ token: String? = nil, subject: String? = nil
    ) async throws -> (answer: RevocationAnswer, isImmediate: Bool) {
        let query = RevocationQuery(tokenKey: token.map { Array($0.utf8) }, subjectKey: subject.map { Array($0.utf8) })
        return try await bounded("answer") { client, promise in
            let call = Call()
            client.check(query) { promise.succeed(($0, call.isRunning)) }
            call.isRunning = false
        }
    }

    /// Asks many in one tick; the answers in the order of the keys.
    func checkTogether(_ tokens: [String]) async throws -> [RevocationAnswer] {
        try await bounded("answers") { client, promise in
            let answers = Answers(missing: tokens.count)
            for (index, token) in tokens.enumerated() {
                client.check(RevocationQuery(tokenKey: Array(token.utf8), subjectKey: nil)) {
                    answers.note($0, index, promise)
                }
            }
        }
    }

    /// The next change that fits; those before it are passed over.
    @discardableResult
    func change(
        _ awaited: String, where fits: @escaping @Sendable (BlacklistStateChange) -> Bool
    ) async throws -> BlacklistStateChange {
        try await bounded(awaited) { _, promise in self.confined.value.changes.next(where: fits, promise) }
    }

    func connected() async throws {
        try await change("connected") { $0 == .connected }
    }

    func shutdown() async throws {
        try await eventLoop.flatSubmit { self.confined.value.client.shutdown() }.get()
    }

    private func bounded<Value: Sendable>(
        _ awaited: String, _ body: @escaping @Sendable (BlacklistClient, EventLoopPromise<Value>) -> Void
    ) async throws -> Value {
        let promise = eventLoop.makePromise(of: Value.self)
        let alarm = eventLoop.scheduleTask(in: Self.patience) { promise.fail(NeverHappened(awaited: awaited)) }
        promise.futureResult.whenComplete { _ in alarm.cancel() }
        eventLoop.execute { body(self.confined.value.client, promise) }
        return try await promise.futureResult.get()
    }
}

/// Whether the call to `check` is still under way.
private final class Call {
    var isRunning = true
}

private final class Answers {
    private var answers: [Int: RevocationAnswer] = [:]
    private let missing: Int

    init(missing: Int) { self.missing = missing }

    func note(_ answer: RevocationAnswer, _ index: Int, _ promise: EventLoopPromise<[RevocationAnswer]>) {
        guard answers.updateValue(answer, forKey: index) == nil else {
            promise.fail(ClientUnderTest.NeverHappened(awaited: "one answer only"))
            return
        }
        if answers.count == missing { promise.succeed((0..<missing).compactMap { answers[$0] }) }
    }
}

/// The changes not yet looked at, and the test that waits for one.
private final class Changes {
    private var unread: [BlacklistStateChange] = []
    private var waiting: (fits: (BlacklistStateChange) -> Bool, promise: EventLoopPromise<BlacklistStateChange>)?

    func append(_ change: BlacklistStateChange) {
        unread.append(change)
        deliver()
    }

    func next(
        where fits: @escaping (BlacklistStateChange) -> Bool, _ promise: EventLoopPromise<BlacklistStateChange>
    ) {
        waiting = (fits, promise)
        deliver()
    }

    private func deliver() {
        guard let waiting, let index = unread.firstIndex(where: waiting.fits) else { return }
        self.waiting = nil
        let change = unread[index]
        unread.removeSubrange(...index)
        waiting.promise.succeed(change)
    }
}
