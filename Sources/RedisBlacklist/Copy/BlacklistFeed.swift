package import NIOCore

/// Keeps a ``BlacklistCopy`` exact: Redis tells of every change below the prefix (CLIENT TRACKING, broadcasting, over RESP2), one
/// connection listens, the other asks what became of the keys that changed. One for each event loop, so that no request on it
/// is decided before the change that came in before it.
///
/// The moment anything is in doubt there is no copy (``answer(_:)`` is nil), until it has been made anew.
package final class BlacklistFeed {
    private enum State {
        case stopped
        case waiting
        /// Both connections are being made.
        case connecting
        /// Changes are heard of; what there is, is being read.
        case loading
        case live
    }

    package enum Change: Sendable, Equatable {
        case live(entries: Int)
        case lost(BlacklistFailure)
    }

    private static let channel = Array("__redis__:invalidate".utf8)
    /// A feed on which nothing changes is probed, and must answer within the deadline of lookups.
    private static let probeInterval = TimeAmount.seconds(1)
    /// Keys of one SCAN.
    private static let scanCount = 1000
    /// Larger blacklists are asked, not copied: some hundred bytes each, on every event loop.
    package static let maxEntries = 1_000_000
    /// Reading it again costs Redis something, and it does not shrink within seconds.
    private static let tooLargeDelay = TimeAmount.minutes(5)

    private let configuration: BlacklistConfiguration
    private let prefix: [UInt8]
    private let subjectPrefix: [UInt8]
    private let eventLoop: any EventLoop
    private let onChange: (Change) -> Void
    private let backoff = ReconnectBackoff(first: .milliseconds(100), maximum: .seconds(5))
    private var state = State.stopped
    private var copy = BlacklistCopy()
    /// Which reading of the blacklist this copy comes from: answers to what an earlier one asked say nothing about it.
    private var reading = 0
    private var listener: FeedConnection?
    private var asker: FeedConnection?
    private var failures = 0
    private var probe: RepeatedTask?
    private var probesAwaited = 0
    /// Redis writes its answers at the end of a turn of its loop, those that came last first, and what it tells of changes is last
    /// of all, so before the answer to whoever made the change. But where the listener has an answer to get in that turn, the
    /// change waits behind it, and behind the answers to others: whoever logged a user out may be told so first. So
    /// while the listener has one to get, there is no copy.
    private var pingsAwaited = 0
    private var probesSent = 0

    package init(
        _ configuration: BlacklistConfiguration, prefix: [UInt8], on eventLoop: any EventLoop,
        onChange: @escaping (Change) -> Void
    ) {
        (self.configuration, self.prefix, self.eventLoop) = (configuration, prefix, eventLoop)
        subjectPrefix = prefix + Array("sub:".utf8)
        self.onChange = onChange
    }

    /// - Returns: nil when there is no copy, or it does not know.
    package func answer(_ query: RevocationQuery) -> RevocationAnswer? {
        guard case .live = state, pingsAwaited == 0 else { return nil }
        let answer = copy.answer(query)
        // A change that has come in counts, also where the event loop has got to this request first.
        if answer == .clear, listener?.hasUnread ?? true { return nil }
        return answer
    }

    package func start() {
        eventLoop.preconditionInEventLoop()
        connect()
    }

    package func stop() {
        state = .stopped
        drop()
    }

    // MARK: Connecting

    private func connect() {
        state = .connecting
        listener = FeedConnection(
            configuration, on: eventLoop, ready: { [self] in listen() },
            isPushed: { [self] reply in isInvalidation(reply) }, failed: { [self] in fail($0) })
    }

    private func listen() {
        listener?.send([
            (
                .clientID,
                { [self] reply in
                    guard case .integer(let id) = reply else { return fail(reply) }
                    listener?.send([(.subscribe(Self.channel), { [self] in subscribed($0, id) })])
                }
            )
        ])
    }

    private func subscribed(_ reply: RedisReply, _ id: Int64) {
        guard case .array = reply else { return fail(reply) }
        asker = FeedConnection(
            configuration, on: eventLoop, ready: { [self] in track(redirectingTo: id) }, failed: { [self] in fail($0) })
    }

    private func track(redirectingTo id: Int64) {
        asker?.send([
            (
                .track(redirectingTo: id, prefix: prefix),
                { [self] reply in
                    guard case .status = reply else { return fail(reply) }
                    load()
                }
            )
        ])
    }

    // MARK: Loading

    private func load() {
        state = .loading
        copy = BlacklistCopy()
        reading += 1
        scan(from: Array("0".utf8))
    }

    private func scan(from cursor: [UInt8]) {
        let completion = ofThisReading { [self] in scanned($0) }
        asker?.send([(.scan(cursor, matching: Self.pattern(prefix), count: Self.scanCount), completion)])
    }

    private func scanned(_ reply: RedisReply) {
        guard case .array(let parts) = reply, parts.count == 2, case .string(let cursor) = parts[0],
            case .array(let names) = parts[1]
        else { return fail(reply) }
        ask(about: names)
        guard cursor == Array("0".utf8) else { return scan(from: cursor) }
        // Behind every answer that is awaited.
        asker?.send([(.exists(configuration.probeKey), ofThisReading { [self] _ in loaded() })])
    }

    private func ofThisReading(_ completion: @escaping FeedConnection.Completion) -> FeedConnection.Completion {
        let asked = reading
        return { [self] in if reading == asked { completion($0) } }
    }

    private func loaded() {
        guard case .loading = state else { return }
        state = .live
        failures = 0
        onChange(.live(entries: copy.count))
        startProbing()
    }

    /// The prefix, in which nothing stands for anything else.
    private static func pattern(_ prefix: [UInt8]) -> [UInt8] {
        prefix.flatMap { "*?[]\\^-".utf8.contains($0) ? [UInt8(ascii: "\\"), $0] : [$0] } + [UInt8(ascii: "*")]
    }

    // MARK: Changes

    /// `message __redis__:invalidate KEYS`; no keys after FLUSHALL.
    private func isInvalidation(_ reply: RedisReply) -> Bool {
        guard case .array(let parts) = reply, parts.count == 3, parts[0] == .string(Array("message".utf8)),
            parts[1] == .string(Self.channel)
        else { return false }
        switch (state, parts[2]) {
        case (.loading, .array(let names)), (.live, .array(let names)):
            ask(about: names)
        case (.loading, _), (.live, _): load()
        case (.stopped, _), (.waiting, _), (.connecting, _): break
        }
        return true
    }

    /// All at once, since one write costs as much as what is in it.
    private func ask(about names: [RedisReply]) {
        guard copy.count <= Self.maxEntries else { return fail(.protocolViolation(.tooLarge)) }
        var questions: [(RedisCommand, FeedConnection.Completion)] = []
        for case .string(let key) in names {
            copy.doubt(key)
            let command: RedisCommand = key.starts(with: subjectPrefix) ? .get(key) : .exists(key)
            questions.append((command, ofThisReading { [self] in copy.settle(key, $0) }))
        }
        if !questions.isEmpty { asker?.send(questions) }
    }

    // MARK: Probing

    private func startProbing() {
        probe?.cancel()
        probesAwaited = 0
        // Answers to earlier ones say nothing.
        probesSent += 1
        let feed = NIOLoopBound(self, eventLoop: eventLoop)
        probe = eventLoop.scheduleRepeatedTask(initialDelay: Self.probeInterval, delay: Self.probeInterval) { _ in
            feed.value.sendProbe()
        }
    }

    private func sendProbe() {
        guard case .live = state, probesAwaited == 0 else { return }
        probesAwaited = 2
        probesSent += 1
        let sent = probesSent
        let answered = { [self] in if probesSent == sent { probesAwaited -= 1 } }
        pingsAwaited += 1
        listener?.send([
            (
                .ping,
                { [self] _ in
                    pingsAwaited -= 1
                    answered()
                }
            )
        ])
        asker?.send([(.exists(configuration.probeKey), { _ in answered() })])
        eventLoop.assumeIsolated().scheduleTask(in: configuration.deadline) { [self] in
            if case .live = state, probesSent == sent, probesAwaited > 0 { fail(.deadlineExceeded) }
        }
    }

    // MARK: Losing it

    private func fail(_ reply: RedisReply) {
        if case .error(let error) = reply {
            fail(.errorReply(error))
        } else {
            fail(.protocolViolation(.unexpectedType))
        }
    }

    private func fail(_ failure: BlacklistFailure) {
        if case .stopped = state { return }
        drop()
        state = .waiting
        failures += 1
        onChange(.lost(failure))
        let isTooLarge = failure == .protocolViolation(.tooLarge)
        let delay = isTooLarge ? Self.tooLargeDelay : backoff.delay(afterFailures: failures)
        eventLoop.assumeIsolated().scheduleTask(in: delay) { [self] in
            if case .waiting = state { connect() }
        }
    }

    private func drop() {
        probe?.cancel()
        probe = nil
        listener?.abandon()
        asker?.abandon()
        (listener, asker) = (nil, nil)
        pingsAwaited = 0
        copy = BlacklistCopy()
    }
}
