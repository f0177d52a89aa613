import ProxyEngine
import Testing

@Suite("In whatever order things happen to an exchange, its promises hold")
struct ExchangeOrderTests {
    typealias Machine = Exchange.StateMachine

    /// A machine, and what must never be taken back.
    private struct Trial {
        var machine: Machine
        var retries = 0
        var responses = 0
        var ends = 0
        var history = ""

        mutating func check(_ event: String, _ before: Machine) {
            history += "\(event) → \(machine.phase)\n"
            #expect(!before.mustClose || machine.mustClose, "\(history)")
            #expect(!before.requestIsComplete || machine.requestIsComplete, "\(history)")
            if before.phase != machine.phase {
                #expect(Self.follows(before.phase, machine.phase), "\(history)")
                if machine.phase == .responding || machine.phase == .answered { responses += 1 }
            }
            #expect(retries <= 1 && responses <= 1 && ends <= 1, "\(history)")
        }

        static func follows(_ from: Machine.Phase, _ to: Machine.Phase) -> Bool {
            switch (from, to) {
            case (.admitting, .leasing), (.leasing, .sending), (.sending, .responding), (.sending, .leasing),
                (.admitting, .answered), (.leasing, .answered), (.sending, .answered):
                true
            case (.settled, _): false
            case (_, .settled): true
            default: false
            }
        }
    }

    @Test("A thousand random orders", arguments: 0..<100)
    func orders(seed: Int) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<1000 {
            var trial = Trial(machine: Machine(hasBody: generator.oneIn(2), closes: generator.oneIn(4)))
            for _ in 0..<generator.below(16) { step(&trial, &generator) }
        }
    }

    private func step(_ trial: inout Trial, _ generator: inout SeededGenerator) {
        let before = trial.machine
        let event = generator.below(9)
        switch event {
        case 0: trial.machine.permitted()
        case 1: trial.machine.leased()
        case 2: trial.machine.responseBegan()
        case 3: trial.machine.requestCompleted()
        case 4: if generator.oneIn(4) { trial.machine.closeAfterwards() }
        case 5: responseEnds(&trial)
        case 6: answer(&trial, &generator)
        case 7: fail(&trial, &generator)
        default: if generator.oneIn(6) { trial.machine.settled() }
        }
        trial.check("\(event)", before)
    }

    private func responseEnds(_ trial: inout Trial) {
        let before = trial.machine
        let fate = trial.machine.responseEnded()
        if before.phase == .responding { trial.ends += 1 }
        let isClean = before.phase == .responding && before.requestIsComplete && !before.mustClose
        #expect((fate == .next) == isClean, "\(trial.history)")
    }

    private func answer(_ trial: inout Trial, _ generator: inout SeededGenerator) {
        let before = trial.machine
        let (isSkippable, closes) = (generator.oneIn(2), generator.oneIn(3))
        let fate = trial.machine.answered(bodyIsSkippable: isSkippable, closes: closes)
        let isInTurn = [.admitting, .leasing, .sending].contains(before.phase)
        if isInTurn { trial.ends += 1 }
        let isClean = isInTurn && (before.requestIsComplete || isSkippable) && !before.mustClose && !closes
        #expect((fate == .next) == isClean, "\(trial.history)")
        #expect((fate == .next) == !trial.machine.mustClose, "\(trial.history)")
    }

    private func fail(_ trial: inout Trial, _ generator: inout SeededGenerator) {
        let before = trial.machine
        let (isRepeatable, wasReused, receivedNothing) = (generator.oneIn(2), !generator.oneIn(3), !generator.oneIn(3))
        let hasAnother = generator.oneIn(3)
        let action = trial.machine.upstreamFailed(
            isRepeatable: isRepeatable, connectionWasReused: wasReused, receivedNothing: receivedNothing,
            hasAnotherServer: hasAnother)
        switch action {
        case .retry:
            trial.retries += 1
            let mayBe = isRepeatable && receivedNothing && (wasReused || hasAnother)
            #expect(before.phase == .sending && mayBe, "\(trial.history)")
        case .answer: #expect(before.phase == .sending || before.phase == .leasing, "\(trial.history)")
        case .abort: #expect(before.phase == .responding, "\(trial.history)")
        case .ignore: #expect([.admitting, .answered, .settled].contains(before.phase), "\(trial.history)")
        }
    }
}
