import RedisBlacklist

/// One loop's connection to Redis in small: the machine, and around it lookups, a server and a clock that do what chance
/// says. What the machine answers is done as the client does it; who waits, what was sent and what was answered is
/// written down independently of the machine.
struct BlacklistModel {
    enum Connection { case none, connecting, handshaking, ready }

    /// What the server has been asked and has not answered.
    enum Question: Equatable {
        case handshake(RedisCommand)
        case token(Int), subject(Int)
        case probe
    }

    struct Lookup {
        var waiter: Int
        var asksToken: Bool, asksSubject: Bool
        var deadline: Int64
        /// The answer to its first question, when it has two.
        var token: RevocationAnswer?
    }

    static let deadline: Int64 = 250
    static let pendingLookups = 4

    let machine: MachineUnderTest
    private(set) var now: Int64 = 1000
    private(set) var connection = Connection.none
    private(set) var isStarted = false, isStopped = false
    /// Whoever waits, oldest first.
    private(set) var lookups: [Lookup] = []
    private(set) var questions: [Question] = []
    private var waiters = 0
    private var told: BlacklistStateChange?
    private let objections = Objections()

    init(_ chance: inout Chance) {
        let (hasPassword, hasDatabase) = (chance.oneIn(2), chance.oneIn(2))
        machine = MachineUnderTest {
            $0.limits.pendingLookups = Self.pendingLookups
            if hasPassword { $0.password = [1] }
            if hasDatabase { $0.database = 3 }
        }
    }

    /// The first thing that was wrong.
    var objection: String? { objections.first }

    func require(_ holds: Bool, _ text: @autoclosure () -> String) {
        if !holds, objections.first == nil { objections.first = text() }
    }

    /// Beside the model, so that what is said of it may be made from it while it changes.
    private final class Objections {
        var first: String?
    }
}

// MARK: What happens

extension BlacklistModel {
    mutating func start() {
        let connects = machine.start()
        require(connects == (!isStarted && !isStopped), "start() \(connects)")
        if connects { (connection, isStarted) = (.connecting, true) }
    }

    mutating func stop() {
        let told = machine.stop()
        require(told == lookups.map(\.waiter), "told of the end: \(told)")
        (lookups, questions, connection, isStopped) = ([], [], .none, true)
    }

    mutating func ask(_ chance: inout Chance) {
        waiters += 1
        let (asksToken, asksSubject) = chance.element(of: [(true, false), (false, true), (true, true)])
        let query = RevocationQuery(tokenKey: asksToken ? [1] : nil, subjectKey: asksSubject ? [2] : nil)
        let lookup = Lookup(
            waiter: waiters, asksToken: asksToken, asksSubject: asksSubject, deadline: now + Self.deadline)
        switch machine.check(query, waiters, at: now) {
        case .send:
            require(connection == .ready, "sent while \(connection)")
            lookups.append(lookup)
            send(lookup)
        case .wait:
            require(connection == .connecting || connection == .handshaking, "waits while \(connection)")
            lookups.append(lookup)
        case .refuse(.queueFull):
            // A probe takes a place as well.
            let count = lookups.count + (questions.contains(.probe) ? 1 : 0)
            require(count == Self.pendingLookups, "full with \(count)")
        case .refuse(.notRunning): require(!isStarted || isStopped, "not running")
        case .refuse(let failure):
            require(isStarted && !isStopped && connection != .ready, "refused while \(connection): \(failure)")
        }
    }

    private mutating func send(_ lookup: Lookup) {
        if lookup.asksToken { questions.append(.token(lookup.waiter)) }
        if lookup.asksSubject { questions.append(.subject(lookup.waiter)) }
    }

    /// TCP is connected, or somebody says so who is late.
    mutating func connect() {
        switch machine.connected(at: now) {
        case .sendHandshake(let commands):
            require(connection == .connecting, "a handshake while \(connection)")
            connection = .handshaking
            questions = commands.map { .handshake($0) }
        case .ignore: require(connection != .connecting, "a new connection is ignored")
        }
    }

    mutating func lose(_ failure: BlacklistFailure) {
        if connection != .none { take(machine.fail(failure, at: now), failure) }
    }

    mutating func pass(_ milliseconds: Int64) {
        now += milliseconds
    }

    /// The alarm rings, in time or late.
    mutating func wake() {
        switch machine.wake(at: now) {
        case .nothing: break
        case .connect:
            require(connection == .none, "a second connection")
            connection = .connecting
        case .sendProbe:
            require(connection == .ready && questions.isEmpty, "a probe while \(questions.count) questions are open")
            questions = [.probe]
        case .refuse(let waiters, let failure):
            require(connection == .connecting || connection == .handshaking, "refused while \(connection)")
            require(failure == .deadlineExceeded && waiters == lookups.map(\.waiter), "refused: \(waiters), \(failure)")
            lookups = []
        case .giveUp(let loss):
            take(loss, connection == .handshaking ? .handshakeTimedOut : .deadlineExceeded)
        }
        require(!lookups.contains { $0.deadline <= now }, "somebody waits beyond the deadline")
    }

    /// The server answers its oldest question, or says something that nobody asked for.
    mutating func reply(_ chance: inout Chance) {
        guard connection == .handshaking || connection == .ready else { return }
        let reply = chance.element(of: Self.replies(to: questions.first))
        let question = questions.isEmpty ? nil : questions.removeFirst()
        switch machine.receive(reply, at: now) {
        case .awaitMore: take(nil, question, reply)
        case .answer(let waiter, let answer): take((waiter, answer), question, reply)
        case .open(let opened, let change): open(opened, change, question, reply)
        case .giveUp(let loss):
            require(loss.failure != .connectionLost, "\(loss.failure)")
            require(Self.isFatal(reply, to: question), "given up for \(reply) to \(String(describing: question))")
            take(loss, loss.failure)
        }
    }
}

// MARK: What must be

extension BlacklistModel {
    private static let error = ErrorReply("ERR no".utf8)

    /// Good ones mostly.
    private static func replies(to question: Question?) -> [RedisReply] {
        let odd: [RedisReply] = [.error(error), .status([]), .array([])]
        switch question {
        case .handshake(.exists), .token, .probe: return Array(repeating: .integer(0), count: 8) + [.integer(1)] + odd
        case .handshake: return Array(repeating: .status(Array("OK".utf8)), count: 12) + odd
        case .subject:
            return [.absent, .absent, .absent, .string(Array("1700000000000".utf8)), .string([0x78])] + odd
        case nil: return [.integer(0)]
        }
    }

    /// Whether the connection can't go on after it.
    private static func isFatal(_ reply: RedisReply, to question: Question?) -> Bool {
        switch (question, reply) {
        case (nil, _): true
        case (.handshake(.exists), .integer), (.token, .integer), (.probe, .integer): false
        case (.handshake(.exists), _): true
        case (.handshake, .status): false
        case (.handshake, _): true
        case (_, .error), (.subject, .absent), (.subject, .string): false
        default: true
        }
    }

    /// - Parameter answered: whom the machine answers, and what; nil: nobody yet.
    private mutating func take(_ answered: (Int, RevocationAnswer)?, _ question: Question?, _ reply: RedisReply) {
        require(!Self.isFatal(reply, to: question), "\(reply) to \(String(describing: question)) is taken")
        switch question {
        case .handshake: require(answered == nil && !questions.isEmpty, "an answer before the connection is ready")
        case .probe, nil: require(answered == nil, "an answer that nobody waits for")
        case .token(let waiter), .subject(let waiter):
            guard var lookup = lookups.first, lookup.waiter == waiter else {
                return require(false, "\(waiter) is not the oldest")
            }
            if question == .token(waiter), lookup.asksSubject {
                lookup.token = Self.answer(reply)
                lookups[0] = lookup
                return require(answered == nil, "answered before all is known")
            }
            let expected = Self.combined(lookup.token, Self.answer(reply))
            require(answered?.0 == waiter && answered?.1 == expected, "\(waiter): \(String(describing: answered))")
            lookups.removeFirst()
        }
    }

    private mutating func open(
        _ opened: [WaitingLookup<Int>], _ change: BlacklistStateChange, _ question: Question?, _ reply: RedisReply
    ) {
        require(connection == .handshaking && questions.isEmpty, "open in the middle of a handshake")
        require(!Self.isFatal(reply, to: question), "open after \(reply)")
        require(change == .connected && told != .connected, "\(change) told again")
        require(opened.map(\.waiter) == lookups.map(\.waiter), "sent now: \(opened.map(\.waiter))")
        (connection, told) = (.ready, change)
        for lookup in lookups { send(lookup) }
    }

    private mutating func take(_ loss: Loss<Int>, _ failure: BlacklistFailure) {
        require(loss.failure == failure, "\(loss.failure) instead of \(failure)")
        require(loss.waiters == lookups.map(\.waiter), "told of a loss: \(loss.waiters)")
        if let change = loss.change {
            require(change != told, "\(change) told again")
            told = change
        } else {
            require(connection != .ready, "nobody is told that the connection is lost")
        }
        require(!loss.connectsAtOnce || connection == .ready, "at once after a failed attempt")
        (lookups, questions) = ([], [])
        connection = loss.connectsAtOnce ? .connecting : .none
    }

    private static func answer(_ reply: RedisReply) -> RevocationAnswer {
        switch reply {
        case .integer(let count): count > 0 ? .revoked : .clear
        case .absent: .clear
        case .string(let text): text == [0x78] ? .subjectCutoffInvalid : .subjectCutoff(milliseconds: 1_700_000_000_000)
        case .error(let error): .unavailable(.errorReply(error))
        case .status, .array: .unavailable(.protocolViolation(.unexpectedType))
        }
    }

    /// A revocation that is known stands; what is not known refuses.
    private static func combined(_ token: RevocationAnswer?, _ last: RevocationAnswer) -> RevocationAnswer {
        switch (token, last) {
        case (nil, _), (.clear, _): last
        case (.unavailable, .subjectCutoffInvalid): last
        case (.unavailable(let failure), .subjectCutoff(let milliseconds)):
            .cutoffOnly(milliseconds: milliseconds, failure)
        case (let token?, _): token
        }
    }

    func check() {
        require(machine.isReady == (connection == .ready), "ready while \(connection)")
        require(lookups.count <= Self.pendingLookups, "\(lookups.count) wait")
        if let oldest = lookups.map(\.deadline).min() {
            require(machine.wakeUp.map { $0 <= oldest } ?? false, "nothing wakes those who wait")
        }
        if isStarted, !isStopped, connection != .connecting {
            require(machine.wakeUp != nil, "nothing will happen any more while \(connection)")
        }
        if isStopped { require(machine.wakeUp == nil, "an alarm behind the end") }
    }
}
