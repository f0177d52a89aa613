import NIOCore
import NIOPosix
import ProxyEngine

/// One exchange, as the engine has it, between sides that do what a test says: the real `Exchange`, `ExchangeServices`, `LoadGate` and
/// writers; only the sockets are not there. What the sides were told is written down, and what may not be is objected to.
final class ExchangeWorld {
    /// What all trials of one run share.
    final class Ground {
        let loop: LoopServices
        let gate = LoadGate()
        let gatekeeper = ScriptedGatekeeper()
        let recorder = CountingRecorder()
        let services: ExchangeServices
        var generation = 0

        init() {
            let settings = Self.settings(0)
            loop = LoopServices(eventLoop: MultiThreadedEventLoopGroup.singleton.next(), limits: settings.limits)
            services = ExchangeServices(
                loop: loop, settings: settings, load: gate, gatekeeper: gatekeeper, recorder: recorder)
        }

        static func settings(_ generation: Int) -> EngineSettings {
            EngineSettings(upstreams: [], generation: generation, limits: EngineLimits(), reserved: [])
        }

        /// A reload.
        func reload(_ servers: ScriptedServers) {
            generation += 1
            var settings = services.settings
            settings.generation = generation
            services.use(settings, [servers])
        }

        var passage: Passage { Passage(upstream: 0, generation: generation, vouched: [], forwardsAuthorization: false) }
    }

    let ground: Ground
    let client: ScriptedClient
    let servers = ScriptedServers()
    let exchange: Exchange
    private(set) var objection: String?

    /// A request whose head is here; of its body the client sends what the test says.
    init(_ head: String, on ground: Ground) {
        self.ground = ground
        ground.loop.isDraining = false
        ground.recorder.records = []
        ground.gatekeeper.reset()
        ground.reload(servers)
        client = ScriptedClient()
        exchange = ground.services.makeExchange()
        client.exchange = exchange
        let bytes = ByteBuffer(string: head)
        let outcome = exchange.head.read(
            bytes, catalogue: ground.services.settings.requestFields, limits: ground.loop.limits)
        exchange.begin(for: client, outcome)
    }

    var isOver: Bool { client.fate != nil || client.isGone }
    var isResponded: Bool { !client.finalHeads.isEmpty }

    func object(_ text: String) { if objection == nil { objection = text } }

    func require(_ holds: Bool, _ text: @autoclosure () -> String) { if !holds { object(text()) } }

    /// The client's connection is lost.
    func loseClient() {
        guard !isOver else { return }
        client.isGone = true
        exchange.abandon()
    }
}

/// The client's side.
final class ScriptedClient: ClientSide {
    let forwarding = ForwardingFields(peer: nil, trusted: [])
    let peerKey: AddressKey? = nil
    let responseLines = ""
    let redirectPort: Int? = nil
    let isTurnedAway = false
    var isWritable = true
    var input = ByteBuffer()
    weak var exchange: Exchange?
    var isGone = false
    var takesResponse = true
    private(set) var output: [UInt8] = []
    private(set) var fate: ClientFate?
    private(set) var ends = 0
    private(set) var writesBehindTheEnd = 0
    private var isProgressing = false

    func resumeReading() {}

    func progress() {
        guard fate == nil, !isGone, !isProgressing, let exchange else { return }
        isProgressing = true
        defer { isProgressing = false }
        exchange.takeInput()
    }

    func isTakingResponse() -> Bool { takesResponse }

    func write(_ buffer: ByteBuffer) {
        if fate != nil || isGone { writesBehindTheEnd += 1 }
        output += buffer.readableBytesView
    }

    func exchangeEnded(_ fate: ClientFate) {
        ends += 1
        self.fate = fate
    }

    /// Status lines of final responses in what was written.
    var finalHeads: [String] {
        let text = String(decoding: output, as: UTF8.self)
        return text.split(separator: "\r\n").map(String.init)
            .filter { $0.hasPrefix("HTTP/1.1 ") && !$0.hasPrefix("HTTP/1.1 1") }
    }
}

/// A connection to a server, without the server.
final class ScriptedUpstream: UpstreamSide {
    enum State { case fresh, awaiting, receiving, whole, tunnelling, over }

    private static let settings = UpstreamSettings(
        name: "app", servers: [UpstreamSettings.Server(host: "127.0.0.1", port: 1)])
    private static let writer = UpstreamRequestWriter(upstream: settings)

    var isWritable = true
    var state = State.fresh
    var refusesToBegin = false
    private(set) var received: [UInt8] = []
    private(set) var isAbandoned = false
    private(set) var begins = 0
    private(set) var writesBehindTheEnd = 0
    private(set) var outputIsClosed = false

    func begin(_ user: any UpstreamUser, passesTrailers: Bool) -> ByteBuffer? {
        guard !refusesToBegin else {
            state = .over
            return nil
        }
        begins += 1
        state = .awaiting
        var out = ByteBuffer()
        user.writeHead(with: Self.writer, to: Self.settings.servers[0], &out)
        return out
    }

    func write(_ buffer: ByteBuffer) {
        if isAbandoned || state == .over { writesBehindTheEnd += 1 }
        received += buffer.readableBytesView
    }

    func resumeReading() {}
    func closeOutput() { outputIsClosed = true }
    func flushWrites() {}

    func abandon() {
        isAbandoned = true
        state = .over
    }

    var isUnderWay: Bool { state != .over && state != .fresh }

    /// What came behind the head.
    var body: [UInt8] {
        let end = Array("\r\n\r\n".utf8)
        guard let start = received.indices.first(where: { received[$0...].starts(with: end) }) else { return [] }
        return Array(received[(start + end.count)...])
    }
}

/// The servers of the one upstream.
final class ScriptedServers: UpstreamServers {
    let name = "app"
    let rewriting: ResponseRewriting? = nil
    var serverCount = 1
    /// What the next lease is; pending where there is none.
    var leases: [UpstreamLease] = []
    var grantsRetries = true
    private(set) var waiting: (any UpstreamUser)?
    private(set) var isQueued = false
    private(set) var asked = 0, cancels = 0, releases = 0, successes = 0, failures = 0

    func refusal(of head: RequestHead, _ passage: borrowing Passage) -> Refusal? { nil }

    func lease(for user: any UpstreamUser, isFirst: Bool, _ freshness: UpstreamLease.Freshness) -> UpstreamLease {
        asked += 1
        let lease = leases.isEmpty ? UpstreamLease.pending : leases.removeFirst()
        waiting = nil
        isQueued = false
        switch lease {
        case .pending: waiting = user
        case .queued:
            waiting = user
            isQueued = true
        case .connection, .refused: break
        }
        return lease
    }

    /// Whom the next connection is for.
    func takeWaiting() -> (any UpstreamUser)? {
        defer { (waiting, isQueued) = (nil, false) }
        return waiting
    }

    func cancel(_ user: any UpstreamUser) {
        cancels += 1
        (waiting, isQueued) = (nil, false)
    }

    func release(_ user: any UpstreamUser) { releases += 1 }
    func succeeded(_ attempt: Attempt) { successes += 1 }
    func failed(_ attempt: Attempt) { failures += 1 }
    func spendRetry() -> Bool { grantsRetries }
}

final class ScriptedGatekeeper: Gatekeeper {
    /// The next verdict; pending where there is none.
    var verdicts: [Admission] = []
    var standing: AnyObject?
    private(set) var rechecks: [(Refusal?) -> Void] = []

    func admit(_ exchange: Exchange) -> Admission {
        exchange.standing = standing
        return verdicts.isEmpty ? .pending : verdicts.removeFirst()
    }

    func recheck(_ exchange: Exchange, _ verdict: @escaping (Refusal?) -> Void) { rechecks.append(verdict) }

    func takeRecheck() -> ((Refusal?) -> Void)? { rechecks.popLast() }

    func shutDown() {}

    func reset() {
        verdicts = []
        standing = nil
        rechecks = []
    }
}

final class CountingRecorder: ExchangeRecorder {
    struct Record {
        var status: Int
        var code: String?
        var isTruncated: Bool
    }

    var records: [Record] = []
    let wantsDuration = false

    func record(_ exchange: Exchange) {
        records.append(
            Record(
                status: exchange.result.status, code: exchange.result.code, isTruncated: exchange.result.isTruncated))
    }

    func finish() {}
}
