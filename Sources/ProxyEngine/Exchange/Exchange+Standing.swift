internal import NIOCore

/// An exchange that lasts longer than its permission.
extension Exchange {
    /// From now on the permission is asked about again: the exchange lasts.
    func watchStanding() {
        guard standing != nil, deadlines.watch == .distantFuture else { return }
        deadlines.watch = loop.coarseNow + EngineLimits.standingInterval
    }

    /// The permission is to be asked about again.
    package func standingDue() {
        deadlines.watch = .distantFuture
        guard let asking = client, standing != nil else { return }
        services.gatekeeper.recheck(self) { [self] refusal in
            // The client may have gone meanwhile. While this refers to the exchange, no other request uses it.
            guard client === asking else { return }
            guard let refusal else { return watchStanding() }
            permissionEnded(refusal)
            loop.flush()
        }
    }

    /// A response may be cut off; it must not look complete.
    private func permissionEnded(_ refusal: Refusal) {
        switch machine.phase {
        case .tunnelling:
            result.code = refusal.code
            result.fault = "ended: \(refusal.message)"
            endTunnel(.policyViolation)
        case .responding:
            result.code = refusal.code
            result.fault = "ended: \(refusal.message)"
            abandonUpstream()
            cutOff()
        case .sending:
            let client = client
            abandonUpstream()
            answer(refusal)
            client?.progress()
        case .admitting, .leasing, .answered, .settled: return
        }
    }
}
