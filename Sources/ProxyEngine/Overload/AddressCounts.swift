internal import Synchronization

/// How often each address is there, over all event loops. An address that isn't any more takes no memory.
final class AddressCounts: Sendable {
    private final class Shard: Sendable {
        let counts = Mutex<[AddressKey: Int]>([:])
    }

    /// Event loops meet at one only by chance.
    private let shards = (0..<64).map { _ in Shard() }

    /// - Returns: false where it would be more than `limit`.
    func enter(_ address: AddressKey, limit: Int) -> Bool {
        shard(of: address).counts.withLock { counts in
            let count = counts[address, default: 0]
            guard count < limit else { return false }
            counts[address] = count + 1
            return true
        }
    }

    func leave(_ address: AddressKey) {
        shard(of: address).counts.withLock { counts in
            guard let count = counts[address] else { return }
            counts[address] = count > 1 ? count - 1 : nil
        }
    }

    private func shard(of address: AddressKey) -> Shard {
        shards[Int(truncatingIfNeeded: UInt(bitPattern: address.hashValue) % UInt(shards.count))]
    }
}
