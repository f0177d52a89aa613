internal import NIOCore

/// A lookup that came before there was a connection to ask on.
package struct WaitingLookup<Waiter> {
    package let query: RevocationQuery
    package let waiter: Waiter
    let deadline: NIODeadline
}
