import RedisBlacklist
import Testing

@Suite("Whatever Redis does and whenever, every lookup gets one answer, its own, in time")
struct BlacklistModelTests {
    @Test("Ten thousand random sequences of events around the machine")
    func sequences() {
        Sequences.run(10_000) { chance in
            var model = BlacklistModel(&chance)
            var history: [(event: String, model: BlacklistModel)] = []
            for _ in 0..<80 where model.objection == nil {
                let event = Self.happen(&model, &chance)
                model.check()
                history.append((event, model))
            }
            Self.finish(&model)
            return model.objection.map { objection in
                history.reduce(objection) {
                    "\($0)\n\($1.event) → \($1.model.connection), waiting: \($1.model.lookups.map(\.waiter))"
                }
            }
        }
    }

    private static func happen(_ model: inout BlacklistModel, _ chance: inout Chance) -> String {
        switch chance.below(32) {
        case 0, 1:
            model.start()
            return "start"
        case 2..<12:
            model.ask(&chance)
            return "lookup"
        case 12..<15:
            model.connect()
            return "connected"
        case 15..<24:
            // A reply that nobody asked for is rare.
            if !model.questions.isEmpty || chance.oneIn(8) { model.reply(&chance) }
            return "reply"
        case 24:
            model.lose(model.connection == .connecting ? .unreachable("refused") : .connectionLost)
            return "lost"
        case 25..<28:
            model.pass(Int64(chance.below(120)))
            return "time, now \(model.now)"
        case 28..<31:
            if let alarm = model.machine.wakeUp, alarm > model.now { model.pass(alarm - model.now) }
            model.wake()
            return "alarm, now \(model.now)"
        default:
            if chance.oneIn(12) { model.stop() }
            return "stop, perhaps"
        }
    }

    /// The server says nothing any more; everybody is told all the same.
    private static func finish(_ model: inout BlacklistModel) {
        for _ in 0..<3 where model.objection == nil && !model.lookups.isEmpty {
            if let alarm = model.machine.wakeUp, alarm > model.now { model.pass(alarm - model.now) }
            model.wake()
        }
        model.require(model.lookups.isEmpty, "still waiting: \(model.lookups.map(\.waiter))")
    }
}
