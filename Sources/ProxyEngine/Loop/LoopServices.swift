package import NIOCore

/// What everything on one event loop shares: its coarse time, its limits, storage to put a head together in, the `Date` line, and
/// the list of what is to be flushed. Nothing of it is touched from another thread.
package final class LoopServices {
    package let eventLoop: any EventLoop
    /// Of the settings in force.
    package internal(set) var limits: EngineLimits
    /// The time of the last sweep: what timeouts count from, so that no request has to ask for the time.
    package private(set) var coarseNow = NIODeadline.now()
    /// No further request is taken.
    package var isDraining = false
    /// The gateway is about to stop: every response asks the client to connect anew.
    package var isLeaving = false

    private var dirty: [any FlushableConnection] = []
    private var dates = DateField()
    private var scratch = ByteBuffer()

    package init(eventLoop: any EventLoop, limits: EngineLimits) {
        self.eventLoop = eventLoop
        self.limits = limits
    }

    /// - Returns: the time that timeouts count from now on.
    package func advance(to now: NIODeadline = .now()) -> NIODeadline {
        coarseNow = now
        return now
    }

    /// The `Date` line of this second.
    func dateLine() -> [UInt8] { dates.line(at: WallClock.seconds()) }

    /// An empty buffer to put a head together in. Given back, it serves the next one as soon as the channel has written
    /// it: nobody else refers to its storage then.
    func takeScratch() -> ByteBuffer {
        var buffer = ByteBuffer()
        swap(&buffer, &scratch)
        buffer.clear(minimumCapacity: 1024)
        return buffer
    }

    func giveScratch(_ buffer: ByteBuffer) {
        // What grew for one large message must not stay.
        if buffer.storageCapacity <= 64 * 1024 { scratch = buffer }
    }

    /// Notes that something was written; ``flush()`` sends it, once, when the event at hand has been worked off.
    func flushLater(_ connection: any FlushableConnection) { dirty.append(connection) }

    func flush() {
        while let connection = dirty.popLast() { connection.flushWrites() }
    }
}

/// A connection with octets that were written and not flushed.
protocol FlushableConnection: AnyObject {
    func flushWrites()
}
