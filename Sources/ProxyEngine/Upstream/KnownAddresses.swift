internal import NIOCore

/// The addresses that a server's name had when it was last looked at, so that connections to one that left it are not kept:
/// one that is never idle for long would else stay where it is for ever. Belongs to one event loop.
final class KnownAddresses {
    /// Grows when the name has other addresses than before.
    private(set) var generation = 0
    private var addresses: Set<SocketAddress> = []
    private let lookup: AddressLookup
    private let eventLoop: any EventLoop
    private var next = NIODeadline.uptimeNanoseconds(0)
    private var isLooking = false

    init(_ lookup: AddressLookup, on eventLoop: any EventLoop) {
        self.lookup = lookup
        self.eventLoop = eventLoop
    }

    /// Whether the name still has the address; also where it is not known that it has not.
    func contain(_ address: SocketAddress?) -> Bool {
        guard let address, !addresses.isEmpty else { return true }
        return addresses.contains(address)
    }

    /// Looks again when it is time.
    ///
    /// - Parameter then: the name has other addresses now.
    func refresh(at now: NIODeadline, then: @escaping () -> Void) {
        guard !isLooking, now >= next else { return }
        isLooking = true
        lookup.addresses(on: eventLoop).assumeIsolated().whenComplete { [self] result in
            isLooking = false
            next = .now() + EngineLimits.addressInterval
            // Where nobody can say, what was known is as good as anything.
            guard case .success(let found) = result, !found.isEmpty, Set(found) != addresses else { return }
            addresses = Set(found)
            generation += 1
            then()
        }
    }
}
