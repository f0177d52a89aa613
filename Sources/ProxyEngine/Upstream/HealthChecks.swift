internal import NIOCore

/// The health checks of all upstreams. One event loop makes them for all, apart from requests: each loop for itself would ask
/// every server as many times as there are loops.
final class HealthChecks {
    private let eventLoop: any EventLoop
    private var running: [(upstream: UpstreamSettings, checks: [ServerCheck])] = []
    private var isStopped = false

    init(on eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Those of upstreams that are the same go on; any other ends.
    func use(_ upstreams: [UpstreamSettings]) {
        guard !isStopped else { return }
        var old = running
        running = upstreams.filter { $0.healthCheck != nil }.map { upstream in
            guard let same = old.firstIndex(where: { $0.upstream == upstream }) else {
                return (upstream, makeChecks(of: upstream))
            }
            return old.remove(at: same)
        }
        for (_, checks) in old { checks.forEach { $0.stop() } }
    }

    func stop() {
        isStopped = true
        for (_, checks) in running { checks.forEach { $0.stop() } }
        running = []
    }

    private func makeChecks(of upstream: UpstreamSettings) -> [ServerCheck] {
        guard let rule = upstream.healthCheck, let states = upstream.states,
            states.servers.count == upstream.servers.count
        else { return [] }
        return upstream.servers.enumerated().map { index, server in
            ServerCheck(server, of: upstream, rule, on: eventLoop) { result in
                states.tell(states.servers[index].checked(result, rule), of: index)
            }
        }
    }
}
