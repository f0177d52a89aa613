import ProxyEngine
import Testing

@Suite("An exchange goes its way step by step")
struct ExchangeStepTests {
    typealias Machine = Exchange.StateMachine

    private func sending(hasBody: Bool = false, closes: Bool = false) -> Machine {
        var machine = Machine(hasBody: hasBody, closes: closes)
        machine.permitted()
        machine.leased()
        return machine
    }

    @Test("A forwarded request whose response ended makes room for the next")
    func forwards() {
        var machine = sending()
        #expect(machine.phase == .sending)
        machine.responseBegan()
        #expect(machine.phase == .responding)
        #expect(machine.responseEnded() == .next)
        #expect(machine.phase == .settled)
    }

    @Test("A response ends the connection where it must")
    func ends() {
        var closing = sending(closes: true)
        closing.responseBegan()
        #expect(closing.responseEnded() == .close)
        var early = sending(hasBody: true)
        early.responseBegan()
        #expect(early.responseEnded() == .linger)
        var late = sending(hasBody: true)
        late.responseBegan()
        late.requestCompleted()
        #expect(late.responseEnded() == .next)
    }

    static let answers: [(Bool, Bool, Bool, Bool, Machine.ClientFate)] = [
        (false, false, false, false, .next), (false, false, true, false, .next), (false, true, false, false, .close),
        (false, false, false, true, .linger), (true, false, true, false, .next), (true, false, false, false, .linger),
        (true, true, true, false, .linger), (true, false, true, true, .linger),
    ]

    @Test("The gateway's own answer keeps the connection only where the next request can be found", arguments: answers)
    func answersItself(hasBody: Bool, clientCloses: Bool, isSkippable: Bool, closes: Bool, fate: Machine.ClientFate) {
        var machine = Machine(hasBody: hasBody, closes: clientCloses)
        #expect(machine.answered(bodyIsSkippable: isSkippable, closes: closes) == fate)
        #expect(machine.phase == .answered)
        #expect(machine.mustClose == (fate != .next))
    }

    @Test(
        "A request is sent again only to leave a stale connection or a server that is not the only one, when nothing came back, and once"
    )
    func retries() {
        for isRepeatable in [false, true] {
            for wasReused in [false, true] {
                for (receivedNothing, hasAnother) in [(false, false), (false, true), (true, false), (true, true)] {
                    var machine = sending()
                    let action = machine.upstreamFailed(
                        isRepeatable: isRepeatable, connectionWasReused: wasReused, receivedNothing: receivedNothing,
                        hasAnotherServer: hasAnother)
                    let isRetried = isRepeatable && receivedNothing && (wasReused || hasAnother)
                    #expect(action == (isRetried ? .retry : .answer))
                }
            }
        }
        var machine = sending()
        #expect(machine.upstreamFailed(isRepeatable: true, connectionWasReused: true, receivedNothing: true) == .retry)
        #expect(machine.phase == .leasing)
        machine.leased()
        #expect(machine.upstreamFailed(isRepeatable: true, connectionWasReused: true, receivedNothing: true) == .answer)
    }

    @Test("A response that began is cut off, never answered over")
    func aborts() {
        var machine = sending()
        machine.responseBegan()
        #expect(machine.upstreamFailed(isRepeatable: true, connectionWasReused: true, receivedNothing: true) == .abort)
        #expect(machine.answered(bodyIsSkippable: true, closes: false) == .close)
        #expect(machine.phase == .responding)
    }

    @Test("A failed lease is answered")
    func leaseFails() {
        var machine = Machine(hasBody: false, closes: false)
        machine.permitted()
        #expect(machine.upstreamFailed(isRepeatable: true, connectionWasReused: true, receivedNothing: true) == .answer)
    }
}
