internal import Synchronization

/// The policy in force, for whoever works beside requests. Requests have the one of their event loop.
final class CurrentPolicy: Sendable {
    private let state: Mutex<GatewayPolicy>

    init(_ policy: GatewayPolicy) { state = Mutex(policy) }

    var policy: GatewayPolicy { state.withLock { $0 } }

    func replace(_ policy: GatewayPolicy) { state.withLock { $0 = policy } }
}
