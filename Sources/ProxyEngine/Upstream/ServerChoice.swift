/// Which of an upstream's servers a request goes to.
package enum ServerChoice {
    /// What is known of a server when one is chosen.
    package struct Candidate: Sendable {
        /// Ejected, or down by its health checks.
        package var isOut: Bool
        /// Requests at it, where that is what decides.
        package var load: Int

        /// It has as many requests as it may have.
        package var isFull: Bool

        package init(isOut: Bool, load: Int = 0, isFull: Bool = false) {
            self.isOut = isOut
            self.load = load
            self.isFull = isFull
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
    /// good as each other, since a request that is refused helps nobody. One that is full is worth waiting for while the
    /// others are out.
    ///
    /// - Returns: nil where the best is full.
    package static func next(
        behind turn: Int, of count: Int, tried: Tried, _ candidate: (Int) -> Candidate
    ) -> Int? {
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
                known.isOut != found.isOut
                ? known.isOut : known.isFull != found.isFull ? known.isFull : found.load < known.load
            if isBetter { best = (server, found) }
        }
        guard let best else {
            let server = (turn + 1) % count
            return candidate(server).isFull ? nil : server
        }
        return best.candidate.isFull ? nil : best.server
    }
}
