import ProxyEngine
import Testing

private typealias Machine = UpstreamStateMachine

@Suite("A connection to a server, in every order of events")
struct UpstreamMachineTests {
    @Test(
        "A hundred thousand random orders: only a seen end of input ends a body, nothing is given back twice or with octets left over"
    )
    func orders() {
        Sequences.run(100_000) { generator in
            var trial = Trial(isSecured: !generator.oneIn(4))
            for _ in 0..<24 where trial.objection == nil { trial.step(&generator) }
            return trial.objection.map { "\($0) after \(trial.history)" }
        }
    }

    /// A connection on which a request was sent.
    private func awaiting() -> Machine {
        var machine = Machine(isSecured: true)
        _ = machine.begin()
        machine.flushed()
        return machine
    }

    private func receiving(endsWithConnection: Bool) -> Machine {
        var machine = awaiting()
        _ = machine.received()
        machine.responseBegan(endsWithConnection: endsWithConnection)
        return machine
    }

    @Test("Octets that come before the request has left answer nothing")
    func unsolicited() {
        var (early, sent) = (Machine(isSecured: true), awaiting())
        _ = early.begin()
        let (first, second) = (early.received(), sent.received())
        #expect(first == .unsolicited && second == .readHead)
    }

    @Test("Octets that follow a whole response in the same burst end the connection")
    func leftOver() {
        var machine = receiving(endsWithConnection: false)
        machine.responseEnded(isReusable: true)
        let (received, end) = (machine.received(), machine.burstEnded())
        #expect(received == .ignore && end == .finishAndClose)
    }

    @Test("A body that ends with its connection is whole after the end of input, and broken off after any other end")
    func ends() {
        var (seen, lost) = (receiving(endsWithConnection: true), receiving(endsWithConnection: true))
        let (first, second) = (seen.inputEnded(), seen.lost())
        #expect(first == .endBody && second == .nothing)
        let (third, fourth) = (lost.lost(), lost.inputEnded())
        #expect(third == .fail(receivedNothing: false) && fourth == .nothing)
    }

    /// What a plain reading of the rules expects, beside the machine.
    private struct Trial {
        var machine: Machine
        var history: [String] = []
        var objection: String?
        /// The request that is under way has had its one end.
        private var isOpen = false
        private var isInUse = false
        private var isFlushed = false
        private var gotOctets = false
        private var hasHead = false
        private var endsWithConnection = false
        private var isTunnel = false
        private var isWhole = false
        private var isClean = false
        private var isGone = false

        init(isSecured: Bool) {
            machine = Machine(isSecured: isSecured)
            isOpen = isSecured
        }

        mutating func step(_ generator: inout SeededGenerator) {
            switch generator.below(11) {
            case 0:
                note("secured") {
                    $0.machine.secured(); if !$0.isGone { $0.isOpen = true }
                }
            case 1, 2: note("begin") { $0.begin() }
            case 3:
                note("flushed") {
                    $0.machine.flushed(); $0.isFlushed = true
                }
            case 4, 5: note("received") { $0.received() }
            case 6:
                let ends = generator.oneIn(2)
                note("head") { $0.head(ends) }
            case 7:
                let reusable = !generator.oneIn(3)
                note("end") { $0.end(reusable) }
            case 8: note("burst ended") { $0.burst() }
            case 9:
                let isSeen = generator.oneIn(2)
                if generator.oneIn(3) { note(isSeen ? "input ended" : "lost") { $0.loss(isSeen) } }
            default: if generator.oneIn(6) { note("101") { $0.tunnel() } }
            }
        }

        private mutating func note(_ name: String, _ event: (inout Trial) -> Void) {
            history.append(name)
            event(&self)
        }

        private mutating func expect(_ condition: Bool, _ text: String) {
            if !condition, objection == nil { objection = text }
        }

        private mutating func begin() {
            let taken = machine.begin()
            expect(taken == (isOpen && !isInUse && !isGone), "a request was taken, or refused, wrongly")
            guard taken else { return }
            (isInUse, isFlushed, gotOctets, hasHead, isTunnel, isWhole) = (true, false, false, false, false, false)
        }

        private mutating func received() {
            let action = machine.received()
            if isGone { return expect(action == .ignore, "octets of a closed connection were used") }
            guard isInUse else {
                expect(action == .close, "octets that nothing asked for were used")
                machine.abandoned()
                return closed()
            }
            if isTunnel { return expect(action == .passOn, "a tunnel's octets") }
            if isWhole {
                isClean = false
                return expect(action == .ignore, "octets after a whole response were used")
            }
            if hasHead { return expect(action == .readBody, "a body's octets") }
            guard isFlushed else {
                expect(action == .unsolicited, "octets from before the request answered it")
                _ = machine.lost()
                return closed()
            }
            gotOctets = true
            expect(action == .readHead, "a head's octets")
        }

        private mutating func head(_ ends: Bool) {
            guard isInUse, gotOctets, !hasHead, !isTunnel else { return }
            machine.responseBegan(endsWithConnection: ends)
            (hasHead, endsWithConnection) = (true, ends)
        }

        private mutating func tunnel() {
            guard isInUse, gotOctets, !hasHead, !isTunnel else { return }
            machine.tunnelBegan()
            isTunnel = true
        }

        private mutating func end(_ reusable: Bool) {
            guard hasHead, !isWhole, !endsWithConnection else { return }
            machine.responseEnded(isReusable: reusable)
            (isWhole, isClean) = (true, reusable)
        }

        private mutating func burst() {
            let action = machine.burstEnded()
            guard isInUse, isWhole, !isGone else { return expect(action == .nothing, "a burst ended a request") }
            expect(action == (isClean ? .giveBack : .finishAndClose), "given back wrongly: \(action)")
            isInUse = false
            if !isClean { closed() }
            (hasHead, isWhole) = (false, false)
        }

        private mutating func loss(_ isSeen: Bool) {
            let action = isSeen ? machine.inputEnded() : machine.lost()
            defer { closed() }
            guard isInUse, !isGone else { return expect(action == .nothing, "an end of nothing: \(action)") }
            if isTunnel { return expect(action == .endTunnel, "a tunnel's end") }
            if isWhole { return expect(action == .finish, "a whole response was lost") }
            if hasHead, endsWithConnection, isSeen { return expect(action == .endBody, "an end of input") }
            expect(action == .fail(receivedNothing: !gotOctets), "a broken response looked like \(action)")
        }

        private mutating func closed() {
            (isGone, isInUse, isOpen) = (true, false, false)
            expect(machine.isClosed || !isGone, "it is not closed")
        }
    }
}
