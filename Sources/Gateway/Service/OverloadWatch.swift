internal import Logging
internal import ProxyEngine

/// Tells an operator that connections are refused, which no line of the access log does. At most once a minute, since it is
/// told when there is most to do.
struct OverloadWatch {
    private static let interval: Duration = .seconds(1)
    private static let silence: Duration = .seconds(60)

    let server: ProxyServer
    let logger: Logger

    /// Until it is cancelled.
    func watch() async {
        var told = Counts(server.load)
        var next = ContinuousClock.now
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.interval)
            let counts = Counts(server.load)
            guard counts != told, ContinuousClock.now >= next else { continue }
            logger.warning("overload: \(counts.text(since: told))")
            (told, next) = (counts, ContinuousClock.now + Self.silence)
        }
    }

    private struct Counts: Equatable {
        let refused: Int
        let ofAddress: Int
        let failures: Int
        let setupFailures: Int
        let lastSetupFailure: String?

        init(_ load: EngineLoad) {
            refused = load.refusedConnections
            ofAddress = load.refusedConnectionsOfAddress
            failures = load.acceptFailures
            setupFailures = load.setupFailures
            lastSetupFailure = load.lastSetupFailure
        }

        func text(since last: Counts) -> String {
            [
                (refused - last.refused, "connections were refused: there are as many as max-connections allows"),
                (
                    ofAddress - last.ofAddress,
                    "connections were refused: their addresses have as many as max-connections-per-address allows"
                ),
                (failures - last.failures, "times no connection could be accepted: no descriptor is left"),
                (
                    setupFailures - last.setupFailures,
                    "connections were closed at once, since they could not be set up: \(lastSetupFailure ?? "")"
                ),
            ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: "; ")
        }
    }
}
