internal import Synchronization

/// Counts connections, or requests, over all event loops: in all, and by address where that is limited. The counts are exact:
/// never is there one more than the limit, and none is refused while there is room.
package final class LoadCounter: Sendable {
    /// One that was counted, to be given back once. Plain, as it travels through NIO's futures.
    package struct Place: Sendable {
        /// nil: it was not counted by address.
        fileprivate let address: AddressKey?
    }

    package enum Verdict: Sendable {
        case entered(Place)
        case full
        /// Too many of this address.
        case addressIsFull
    }

    private let total = Atomic(0)
    private let ofAddress = AddressCounts()

    package init() {}

    package var count: Int { total.load(ordering: .relaxed) }

    /// - Parameters:
    ///   - address: nil: it is not counted by address.
    ///   - limitOfAddress: nil: there is none, and addresses are not counted.
    package func enter(limit: Int, of address: AddressKey?, limitOfAddress: Int?) -> Verdict {
        guard enter(limit: limit) else { return .full }
        guard let address, let limitOfAddress else { return .entered(Place(address: nil)) }
        guard ofAddress.enter(address, limit: limitOfAddress) else {
            total.subtract(1, ordering: .relaxed)
            return .addressIsFull
        }
        return .entered(Place(address: address))
    }

    package func leave(_ place: Place) {
        total.subtract(1, ordering: .relaxed)
        if let address = place.address { ofAddress.leave(address) }
    }

    /// Compared and exchanged, not added and taken back: an attempt that fails must not take the place of another.
    private func enter(limit: Int) -> Bool {
        var count = total.load(ordering: .relaxed)
        while count < limit {
            let outcome = total.weakCompareExchange(
                expected: count, desired: count + 1, successOrdering: .relaxed, failureOrdering: .relaxed)
            if outcome.exchanged { return true }
            count = outcome.original
        }
        return false
    }
}
