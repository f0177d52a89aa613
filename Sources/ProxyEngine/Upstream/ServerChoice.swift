/// Which of an upstream's servers a request goes to.
package enum ServerChoice {
    /// What is known of a server when one is chosen.
    package struct Candidate: Sendable {
        /// Ejected, or down by its health checks.
        package var isOut: Bool
        /// Requests at it, where that is what decides.
        package var load: Int

        package init(isOut: Bool, load: Int = 0) {
            self.isOut = isOut
            self.load = load
        }
    }

    /// The servers that one request was at already. Beyond 64 servers some may be taken for each other.
    package struct Tried: Sendable {
        private var bits: UInt64 = 0

        package init() {}

        package func contains(_ server: Int) -> Bool { bits & (1 << UInt64(server & 63)) != 0 }
        package mutating func insert(_ server: Int) { bits |= 1 << UInt64(server & 63) }
    }

    /// The least loaded, and of equals the next behind `turn`. One that is out only where no other is left: then all are as
    /// good as each other, since a request that is refused helps nobody.
    package static func next(
        behind turn: Int, of count: Int, tried: Tried, _ candidate: (Int) -> Candidate
    ) -> Int {
        var best: (server: Int, candidate: Candidate)?
        for offset in 1...count {
            let server = (turn + offset) % count
            if tried.contains(server) { continue }
            let found = candidate(server)
            guard let known = best?.candidate else {
                best = (server, found)
                continue
            }
            let isBetter =
                known.isOut != found.isOut ? known.isOut : found.load < known.load
            if isBetter { best = (server, found) }
        }
        return best?.server ?? (turn + 1) % count
    }
}
