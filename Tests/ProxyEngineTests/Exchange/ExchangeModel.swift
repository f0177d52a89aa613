import ProxyEngine

/// One client's connection in small: the machine, and around it a client, a pool and upstreams that do what chance says.
/// What the machine answers is done as the engine does it; and what happened is written down independently of the machine,
/// so that the two can be compared after every event.
struct ExchangeModel {
    typealias Machine = Exchange.StateMachine

    /// The request as the client means it.
    struct Request {
        var number = 0
        /// Pieces of the body that the client has still to send, that the gateway has, and that the upstream got.
        var unsent = 0, held = 0, forwarded = 0
        var pieces = 0
        var isRepeatable = false, isSkippable = false, wantsWebSocket = false, closes = false

        var isComplete: Bool { unsent == 0 && held == 0 }
    }

    struct Upstream {
        /// The number of the request that is on it; nil: it is idle.
        var request: Int?
        var wasUsed = false
        var receivedNothing = true
    }

    enum Client { case idle, exchanging, gone }

    private(set) var machine = Machine(hasBody: false, closes: false)
    private(set) var request = Request()
    private(set) var client = Client.idle
    /// Three that are kept from earlier requests, to begin with.
    private(set) var pool = Array(repeating: Upstream(wasUsed: true), count: 3)
    /// The position of the upstream that the request is on.
    private(set) var upstream: Int?
    private(set) var isWaitingForLease = false
    private var needsNewConnection = false
    private var isDraining = false
    private var announcedClose: Bool?
    /// Of the request at hand.
    private(set) var responses = 0, retries = 0, settlements = 0
    private let objections = Objections()

    /// The first thing that was wrong.
    var objection: String? { objections.first }

    func object(_ text: String) { objections.first = objections.first ?? text }

    func require(_ holds: Bool, _ text: @autoclosure () -> String) { if !holds { object(text()) } }

    /// Beside the model, so that what is said of it may be made from it while it changes.
    private final class Objections {
        var first: String?
    }
}

// MARK: What happens

extension ExchangeModel {
    mutating func begin(_ generator: inout SeededGenerator) {
        guard client == .idle else { return }
        let pieces = generator.oneIn(2) ? 0 : 1 + generator.below(3)
        request = Request(
            number: request.number + 1, unsent: pieces, pieces: pieces,
            isRepeatable: pieces == 0 && !generator.oneIn(3), isSkippable: generator.oneIn(2),
            wantsWebSocket: pieces == 0 && generator.oneIn(4), closes: generator.oneIn(6))
        (responses, retries, settlements) = (0, 0, 0)
        (announcedClose, needsNewConnection) = (nil, false)
        machine = Machine(hasBody: pieces > 0, closes: request.closes || isDraining)
        client = .exchanging
    }

    mutating func permit() {
        guard isIn(.admitting) else { return }
        machine.permitted()
        isWaitingForLease = true
    }

    mutating func refuse() {
        if isIn(.admitting) { answer(closes: false) }
    }

    mutating func lease(_ generator: inout SeededGenerator) {
        guard isWaitingForLease else { return }
        isWaitingForLease = false
        // The pool may be careless: that a request is not sent a third time is for the machine to see to.
        let takesIdle = needsNewConnection ? generator.oneIn(4) : generator.oneIn(2)
        if takesIdle, let idle = pool.lastIndex(where: { $0.request == nil }) {
            upstream = idle
        } else {
            pool.append(Upstream())
            upstream = pool.count - 1
        }
        if let upstream {
            pool[upstream].request = request.number
            pool[upstream].receivedNothing = true
        }
        machine.leased()
        moveBody()
    }

    mutating func failLease() {
        guard isWaitingForLease else { return }
        isWaitingForLease = false
        answer(closes: false)
    }

    mutating func sendBody() {
        guard client == .exchanging, request.unsent > 0 else { return }
        request.unsent -= 1
        request.held += 1
        moveBody()
    }

    private mutating func moveBody() {
        guard upstream != nil, request.pieces > 0 else { return }
        request.forwarded += request.held
        request.held = 0
        if request.unsent == 0 { machine.requestCompleted() }
    }

    mutating func beginResponse() {
        guard isIn(.sending), let upstream else { return }
        pool[upstream].receivedNothing = false
        machine.responseBegan()
        responses += 1
        if !machine.requestIsComplete || isDraining { machine.closeAfterwards() }
        announcedClose = machine.mustClose
    }

    mutating func sendInterim() {
        if isIn(.sending), let upstream { pool[upstream].receivedNothing = false }
    }

    mutating func endResponse(keepsAlive: Bool) {
        guard isIn(.responding), let upstream else { return }
        if keepsAlive, machine.requestIsComplete {
            require(request.forwarded == request.pieces, "a connection is given back, and its request is not whole")
            pool[upstream].request = nil
            pool[upstream].wasUsed = true
            self.upstream = nil
        } else {
            dropUpstream()
        }
        let fate = machine.responseEnded()
        settle()
        if fate == .next { require(request.isComplete, "the next request is looked for in the body of this one") }
        if fate == .next { require(announcedClose == false, "the connection goes on, and its end was announced") }
        if fate != .next { require(announcedClose == true || isDraining, "the connection ends unannounced") }
        require((fate == .linger) == !request.isComplete, "the rest of the request is not waited for, or nothing is")
        client = fate == .next ? .idle : .gone
    }

    mutating func switchToWebSocket() {
        guard isIn(.sending), request.wantsWebSocket else { return }
        machine.tunnelBegan()
        responses += 1
    }

    mutating func endWebSocket() {
        guard isIn(.tunnelling) else { return }
        machine.settled()
        leave()
    }

    /// The connection is lost, or what came over it is no response.
    mutating func loseUpstream() {
        guard let lost = upstream else { return }
        let (wasReused, receivedNothing) = (pool[lost].wasUsed, pool[lost].receivedNothing)
        dropUpstream()
        if isOver { return }
        if machine.phase == .tunnelling { return endTunnelOfLost() }
        switch machine.upstreamFailed(
            isRepeatable: request.isRepeatable, connectionWasReused: wasReused, receivedNothing: receivedNothing)
        {
        case .retry:
            retries += 1
            require(request.isRepeatable && wasReused && receivedNothing, "what may have been done is asked for again")
            require(retries == 1, "asked for a third time")
            (isWaitingForLease, needsNewConnection) = (true, true)
        case .answer: answer(closes: false)
        case .abort: leave()
        case .ignore: object("nobody learns that the upstream is lost")
        }
    }

    private mutating func endTunnelOfLost() {
        machine.settled()
        leave()
    }

    /// The rest of the request is no body, or too much of it.
    mutating func spoilBody() {
        guard client == .exchanging, upstream != nil, request.unsent > 0 else { return }
        let isAnswered = machine.phase == .responding
        dropUpstream()
        if isAnswered { leave() } else { answer(closes: true) }
    }

    mutating func timeOut() {
        switch machine.phase {
        case .admitting, .leasing, .sending:
            isWaitingForLease = false
            dropUpstream()
            answer(closes: false)
        case .responding, .tunnelling: leave()
        case .answered, .settled: object("a timeout behind the end")
        }
    }

    mutating func vanish() {
        machine.settled()
        leave()
    }

    mutating func drain() {
        isDraining = true
        if client == .exchanging { machine.closeAfterwards() }
        if client == .idle { client = .gone }
    }

    mutating func loseIdle() { pool.removeAll { $0.request == nil } }

    /// What has no turn now must change nothing but, for `settled`, the end.
    mutating func stray(_ generator: inout SeededGenerator) {
        let phase = machine.phase
        switch generator.below(4) {
        case 0: if phase != .admitting { machine.permitted() }
        case 1: if phase != .leasing { machine.leased() }
        case 2: if phase != .sending { machine.responseBegan() }
        default: if phase != .sending { machine.tunnelBegan() }
        }
        require(machine.phase == phase, "an event out of its turn leads from \(phase) to \(machine.phase)")
    }
}

// MARK: How it ends

extension ExchangeModel {
    private func isIn(_ phase: Machine.Phase) -> Bool { client == .exchanging && machine.phase == phase }

    private var isOver: Bool { client != .exchanging }

    private mutating func answer(closes: Bool) {
        let skips = !closes && request.isSkippable && upstream == nil
        let mustClose = closes || isDraining
        dropUpstream()
        let fate = machine.answered(bodyIsSkippable: skips, closes: mustClose)
        responses += 1
        settle()
        if fate == .next {
            require(machine.requestIsComplete || skips, "the next request is looked for in the body of this one")
            require(!request.closes && !mustClose, "the connection goes on, and should not")
            // The rest of the body is read and thrown away.
            (request.unsent, request.held) = (0, 0)
        }
        require((fate == .next) != machine.mustClose, "the answer says another thing than is done")
        if fate != .next, !request.isComplete { require(fate == .linger, "the rest of the request is not waited for") }
        client = fate == .next ? .idle : .gone
    }

    /// The exchange is given up with its connection.
    private mutating func leave() {
        isWaitingForLease = false
        dropUpstream()
        settle()
        client = .gone
    }

    private mutating func settle() { settlements += 1 }

    private mutating func dropUpstream() {
        guard let dropped = upstream else { return }
        pool.remove(at: dropped)
        upstream = nil
    }

    /// For the next sequence on the same pool: another client.
    mutating func replaceClient() {
        guard client == .gone, !isDraining else { return }
        client = .idle
    }
}
