package import NIOCore

/// When an exchange, or a connection without one, has waited long enough. What progresses moves the first, and nothing the
/// second but to an earlier time.
package struct Deadlines {
    /// For what is awaited now: what progresses moves it.
    package var progress: NIODeadline
    /// When the exchange ends, whatever progresses.
    package private(set) var end = NIODeadline.distantFuture
    /// When the permission of the exchange is asked about again.
    package var watch = NIODeadline.distantFuture

    package init(progress: NIODeadline) { self.progress = progress }

    package func havePassed(at now: NIODeadline) -> Bool { min(progress, end) <= now }

    package mutating func endAtLatest(at time: NIODeadline) { end = min(end, time) }
}
