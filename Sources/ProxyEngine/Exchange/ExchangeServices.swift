/// What the exchanges of one event loop share: the settings in force, the gatekeeper, the recorder, the upstreams, and the storage
/// of exchanges that are settled.
package final class ExchangeServices {
    package let loop: LoopServices
    package internal(set) var settings: EngineSettings
    /// Shared by all event loops.
    let load: LoadGate
    package let gatekeeper: any Gatekeeper
    let recorder: (any ExchangeRecorder)?
    let measuresDuration: Bool
    /// By their position in the settings.
    package internal(set) var upstreams: [any UpstreamServers] = []

    private var spares: [Exchange] = []
    private let idPrefix = UInt64.random(in: .min ... .max)
    private var idNumber: UInt64 = 0

    package init(
        loop: LoopServices, settings: EngineSettings, load: LoadGate, gatekeeper: any Gatekeeper,
        recorder: (any ExchangeRecorder)?
    ) {
        self.loop = loop
        self.settings = settings
        self.load = load
        self.gatekeeper = gatekeeper
        self.recorder = recorder
        measuresDuration = recorder?.wantsDuration ?? false
    }

    /// Other settings from the next request on.
    package func use(_ settings: EngineSettings, _ upstreams: [any UpstreamServers]) {
        self.settings = settings
        self.upstreams = upstreams
        loop.limits = settings.limits
    }

    /// An exchange with a new id. Only storage is used again, and only when nothing else refers to it any more.
    package func makeExchange() -> Exchange {
        let exchange = takeSpare() ?? Exchange(services: self)
        idNumber &+= 1
        exchange.id = RequestID(prefix: idPrefix, number: idNumber)
        return exchange
    }

    /// The exchange is settled; those who work on it still may do so.
    func takeBack(_ exchange: Exchange) {
        exchange.reset()
        if spares.count < EngineLimits.maxSpareExchanges { spares.append(exchange) }
    }

    /// A pending verdict may still refer to an exchange whose client has gone: such a one is never used again.
    private func takeSpare() -> Exchange? {
        while var exchange = spares.popLast() {
            if isKnownUniquelyReferenced(&exchange) { return exchange }
        }
        return nil
    }

    /// No further exchange will be made. The spare ones refer to this.
    func shutDown() {
        spares.removeAll()
        upstreams.removeAll()
        gatekeeper.shutDown()
        recorder?.finish()
    }
}
