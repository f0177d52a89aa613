internal import NIOCore

/// The life of one loop's connection to the blacklist: who may ask when, what is answered when it breaks, when the next
/// attempt is made. A value without I/O: events and the time go in, actions come out.
///
///     idle → connecting → handshaking → ready
///                ↑  ↘          ↓          ↓          any → stopped
///                └───────── backing off ←─┘
///
/// Lookups wait (never beyond their deadline) where an outcome is close: during the first attempt after start-up, and
/// during the first after a long-lived connection was closed. In every other state without a connection they are refused
/// at once, so that an outage costs a request nothing but its refusal.
///
/// The events are in the extensions `+Connecting`, `+Lookups` and `+Time`. Nobody else touches what is not `package`.
package struct BlacklistStateMachine<Waiter>: ~Copyable {
    enum State {
        case idle
        case connecting(Attempt)
        case handshaking(Attempt, RedisHandshake, deadline: NIODeadline)
        case ready(Established)
        case backingOff(BlacklistFailure, failures: Int, until: NIODeadline)
        case stopped
    }

    struct Attempt {
        /// Attempts in a row that failed before this one.
        let failures: Int
        var admission: Admission
    }

    enum Admission {
        case waiting(CircularBuffer<WaitingLookup<Waiter>>)
        case refusing(BlacklistFailure)
    }

    struct Established {
        var pipeline: LookupPipeline<Waiter>
        let since: NIODeadline
        /// Failures before it, which count on if it does not last.
        let failures: Int
        var probeAt: NIODeadline
    }

    let configuration: BlacklistConfiguration
    let backoff: ReconnectBackoff
    var state = State.idle
    /// The failure that was told last, so that the same one is not told at every attempt.
    var told: BlacklistStateChange?

    package init(_ configuration: BlacklistConfiguration, backoff: ReconnectBackoff) {
        self.configuration = configuration
        self.backoff = backoff
    }

    package var isReady: Bool {
        switch state {
        case .ready: true
        case .idle, .connecting, .handshaking, .backingOff, .stopped: false
        }
    }
}
