/// What the client has to do about a lookup that comes in.
package enum CheckAction: Sendable, Equatable {
    /// Send its commands; its answer comes with the replies.
    case send
    /// A connection is being made: nothing to do, the answer comes later.
    case wait
    case refuse(BlacklistFailure)
}

/// What to do now that TCP is connected.
package enum ConnectedAction: Sendable, Equatable {
    case sendHandshake([RedisCommand])
    case ignore
}

/// What to do about a reply.
package enum ReplyAction<Waiter> {
    case awaitMore
    case answer(Waiter, RevocationAnswer)
    /// The connection is ready: send the commands of those who waited for it, in this order.
    case open([WaitingLookup<Waiter>], BlacklistStateChange)
    case giveUp(Loss<Waiter>)
}

/// What to do at an instant that was asked for with `wakeUp`.
package enum WakeAction<Waiter> {
    case nothing
    case connect
    case sendProbe
    /// The connection is still being made, but those who waited for it may wait no longer.
    case refuse([Waiter], BlacklistFailure)
    case giveUp(Loss<Waiter>)
}

/// A connection that is no more, or never was. It has to be closed; a new one comes with `wakeUp`, or at once.
package struct Loss<Waiter> {
    package let failure: BlacklistFailure
    /// Whoever waited for an answer, oldest first.
    package var waiters: [Waiter] = []
    /// Nil when it is no news.
    package var change: BlacklistStateChange?
    package var connectsAtOnce = false
}
