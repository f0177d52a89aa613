internal import NIOCore
internal import Synchronization

/// Whether one more connection or request may be. One for all event loops.
package final class LoadGate: Sendable {
    enum Reception: Sendable {
        case served(LoadCounter.Place)
        /// There are too many; this one is told so, as long as not too many are being told.
        case turnedAway(LoadCounter.Place)
        case closed

        var isTurnedAway: Bool {
            if case .turnedAway = self { true } else { false }
        }
    }

    let requests = LoadCounter()
    private let connections = LoadCounter()
    private let turnedAway = LoadCounter()
    private let refused = Atomic(0)
    private let refusedOfAddress = Atomic(0)
    private let acceptFailures = Atomic(0)
    private let setupFailures = Mutex<(count: Int, last: String?)>((0, nil))

    package init() {}

    /// - Parameter canBeTold: the client would understand a response: it speaks plain HTTP.
    func receive(
        _ address: SocketAddress?, canBeTold: Bool, _ limits: EngineLimits, trusted: [AddressRange]
    ) -> Reception {
        // A proxy brings many clients; of those that are trusted we know it.
        let isProxy = limits.maxConnectionsPerAddress != nil && trusted.contain(address)
        let verdict = connections.enter(
            limit: limits.maxConnections, of: isProxy ? nil : address.flatMap { AddressKey($0) },
            limitOfAddress: limits.maxConnectionsPerAddress)
        switch verdict {
        case .entered(let place): return .served(place)
        case .full: refused.add(1, ordering: .relaxed)
        case .addressIsFull: refusedOfAddress.add(1, ordering: .relaxed)
        }
        guard canBeTold,
            case .entered(let place) = turnedAway.enter(
                limit: EngineLimits.maxTurnedAway, of: nil, limitOfAddress: nil)
        else { return .closed }
        return .turnedAway(place)
    }

    /// The connection is gone.
    func leave(_ reception: Reception) {
        switch reception {
        case .served(let place): connections.leave(place)
        case .turnedAway(let place): turnedAway.leave(place)
        case .closed: return
        }
    }

    /// The system gave us no descriptor, or no memory, for a connection.
    func acceptFailed() { acceptFailures.add(1, ordering: .relaxed) }

    /// A connection was accepted and could not be set up.
    func setupFailed(_ error: any Error) {
        setupFailures.withLock { $0 = ($0.count + 1, "\(error)") }
    }

    package var load: EngineLoad {
        let setup = setupFailures.withLock { $0 }
        return EngineLoad(
            connections: connections.count, requests: requests.count,
            refusedConnections: refused.load(ordering: .relaxed),
            refusedConnectionsOfAddress: refusedOfAddress.load(ordering: .relaxed),
            acceptFailures: acceptFailures.load(ordering: .relaxed), setupFailures: setup.count,
            lastSetupFailure: setup.last)
    }
}

/// How much there is to do now, and what was refused since the start, over all event loops.
package struct EngineLoad: Sendable {
    package let connections: Int
    package let requests: Int
    package let refusedConnections: Int
    package let refusedConnectionsOfAddress: Int
    /// How often a connection could not be accepted for want of descriptors.
    package let acceptFailures: Int
    /// Connections that were accepted and closed at once, since they could not be set up.
    package let setupFailures: Int
    /// Why the last one could not; nil where there was none.
    package let lastSetupFailure: String?
}
