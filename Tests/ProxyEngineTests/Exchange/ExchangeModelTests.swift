import ProxyEngine
import Testing

@Suite("Whatever clients and upstreams do, the exchange machine leads every request to one end")
struct ExchangeModelTests {
    @Test("Ten thousand random sequences of events around the machine")
    func sequences() {
        Sequences.run(10_000) { generator in
            var trial = Trial()
            for _ in 0..<60 where trial.objection == nil { trial.step(&generator) }
            trial.finish()
            return trial.objection.map { objection in
                trial.history.reduce(objection) {
                    "\($0)\n\($1.event) → \($1.model.machine.phase), \($1.model.request), \($1.model.client)"
                }
            }
        }
    }

    private struct Trial {
        var model = ExchangeModel()
        var history: [(event: String, model: ExchangeModel)] = []

        var objection: String? { model.objection }

        mutating func step(_ generator: inout SeededGenerator) {
            let before = model
            let event = happen(&generator)
            note(event, before)
        }

        /// Something that can happen now; often it is nothing.
        private mutating func happen(_ generator: inout SeededGenerator) -> String {
            if model.client == .gone { return named("another client") { $0.replaceClient() } }
            if model.client == .idle {
                guard generator.oneIn(10) else { return named("request") { $0.begin(&generator) } }
                return named("idle upstreams close") { $0.loseIdle() }
            }
            switch generator.below(40) {
            case 0..<6: return named("permitted") { $0.permit() }
            case 6: return named("refused") { $0.refuse() }
            case 7..<13: return named("lease") { $0.lease(&generator) }
            case 13: return named("no lease") { $0.failLease() }
            case 14..<20: return named("body") { $0.sendBody() }
            case 20..<24: return named("response begins") { $0.beginResponse() }
            case 24: return named("interim") { $0.sendInterim() }
            case 25..<29: return named("response ends") { $0.endResponse(keepsAlive: !generator.oneIn(4)) }
            case 29: return named("WebSocket") { $0.switchToWebSocket() }
            case 30: return named("WebSocket ends") { $0.endWebSocket() }
            case 31, 32: return named("upstream lost") { $0.loseUpstream() }
            case 33: return named("body spoilt") { $0.spoilBody() }
            case 34: return named("timeout") { if generator.oneIn(2) { $0.timeOut() } }
            case 35: return named("client vanishes") { if generator.oneIn(4) { $0.vanish() } }
            case 36: return named("drain") { if generator.oneIn(20) { $0.drain() } }
            default: return named("stray") { $0.stray(&generator) }
            }
        }

        private mutating func named(_ name: String, _ event: (inout ExchangeModel) -> Void) -> String {
            event(&model)
            return name
        }

        /// Time passes, and nothing else: every request comes to its end.
        mutating func finish() {
            if model.objection == nil, model.client == .exchanging {
                let before = model
                model.timeOut()
                note("the last timeout", before)
                model.require(model.client != .exchanging, "a request without end")
            }
        }

        private mutating func note(_ event: String, _ before: ExchangeModel) {
            history.append((event, model))
            let isSame = before.request.number == model.request.number
            model.require(
                !isSame || !before.machine.mustClose || model.machine.mustClose, "a close is taken back")
            model.require(
                !isSame || !before.machine.requestIsComplete || model.machine.requestIsComplete,
                "a whole request is taken apart")
            checkAccount()
        }

        /// The machine and the account of what happened say the same.
        private func checkAccount() {
            let (machine, request) = (model.machine, model.request)
            model.require(model.responses <= 1, "two responses to one request")
            let isOver = model.client != .exchanging
            model.require(
                model.settlements == (isOver && request.number > 0 ? 1 : 0), "settled \(model.settlements) times")
            let busy = model.pool.filter { $0.request != nil }
            model.require(busy.count <= 1, "a request on two connections")
            model.require(
                busy.allSatisfy { $0.request == request.number && !isOver }, "a connection without its request")
            guard !isOver else { return }
            model.require(model.isWaitingForLease == (machine.phase == .leasing), "waiting for a lease")
            let isOnUpstream = [.sending, .responding, .tunnelling].contains(machine.phase)
            model.require(isOnUpstream == (model.upstream != nil), "an upstream in \(machine.phase)")
            model.require(
                (model.responses == 1) == [.responding, .tunnelling].contains(machine.phase),
                "\(model.responses) responses in \(machine.phase)")
            model.require(machine.requestIsComplete == request.isComplete, "whether the request is whole")
            model.require(![.answered, .settled].contains(machine.phase), "an end that nobody noticed")
        }
    }
}
