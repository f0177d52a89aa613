internal import NIOCore
internal import Synchronization

/// Who waits for a server of an upstream to have room, over all event loops, in the order in which they came. It knows whose
/// turn it is, not the requests: each belongs to its event loop.
///
/// Nobody is forgotten: who joins looks for room once more, and who makes room looks for somebody in line. Both first write
/// and then read, sequentially consistent, so that at least one of them sees the other.
final class WaitingLine: Sendable {
    private struct Place: Sendable {
        let group: NIOLoopBound<UpstreamGroup>
        let identity: ObjectIdentifier
    }

    private let places = Mutex<[Place]>([])
    private let length = Atomic(0)

    var count: Int { length.load(ordering: .sequentiallyConsistent) }
    var isEmpty: Bool { count == 0 }

    /// - Returns: false where as many wait as may.
    func join(_ group: UpstreamGroup, limit: Int) -> Bool {
        let place = place(for: group)
        return places.withLock { places in
            guard places.count < limit else { return false }
            places.append(place)
            length.add(1, ordering: .sequentiallyConsistent)
            return true
        }
    }

    /// Somebody whose turn came too early.
    func joinInFront(_ group: UpstreamGroup) {
        let place = place(for: group)
        places.withLock { places in
            places.insert(place, at: 0)
            length.add(1, ordering: .sequentiallyConsistent)
        }
    }

    /// One request less of this event loop waits. One whose turn has come is no longer here.
    func leave(_ group: UpstreamGroup) {
        places.withLock { places in
            guard let last = places.lastIndex(where: { $0.identity == ObjectIdentifier(group) }) else { return }
            places.remove(at: last)
            length.subtract(1, ordering: .sequentiallyConsistent)
        }
    }

    /// There is room: the first one's event loop is told, which sends its oldest request.
    func callNext() {
        let first = places.withLock { places -> Place? in
            guard !places.isEmpty else { return nil }
            length.subtract(1, ordering: .sequentiallyConsistent)
            return places.removeFirst()
        }
        guard let group = first?.group else { return }
        group.eventLoop.execute { group.value.callWaiting() }
    }

    private func place(for group: UpstreamGroup) -> Place {
        Place(group: NIOLoopBound(group, eventLoop: group.eventLoop), identity: ObjectIdentifier(group))
    }
}
