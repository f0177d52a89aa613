import NIOCore
import ProxyEngine
import Synchronization
import Testing

/// Counts by itself who is inside.
private final class Tally: Sendable {
    let most = Atomic(0)
    let entered = Atomic(0)
    private let inside = Atomic(0)

    func enter() {
        most.max(inside.add(1, ordering: .sequentiallyConsistent).newValue, ordering: .sequentiallyConsistent)
        entered.add(1, ordering: .relaxed)
    }

    func leave() { inside.subtract(1, ordering: .sequentiallyConsistent) }
}

@Suite struct LoadCounterTests {
    private func key(_ address: String) throws -> AddressKey? {
        AddressKey(try SocketAddress(ipAddress: address, port: 1))
    }

    @Test("An IPv4 address counts for itself, also in IPv6 form; of IPv6 the first 64 bits count")
    func addresses() throws {
        #expect(try key("192.0.2.1") != key("192.0.2.2"))
        #expect(try key("192.0.2.1") == key("::ffff:192.0.2.1"))
        #expect(try key("2001:db8::1") == key("2001:db8::ffff:1:2:3"))
        #expect(try key("2001:db8::1") != key("2001:db8:0:1::1"))
        #expect(try key("::1") != key("0.0.0.1"))
        // Not mapped: `::192.0.2.1` is an address of IPv6.
        #expect(try key("::192.0.2.1") == key("::1"))
        #expect(AddressKey(try SocketAddress(unixDomainSocketPath: "/x")) == nil)
    }

    @Test("There is room up to the limit, again when somebody leaves, and not one more")
    func limit() throws {
        let counter = LoadCounter()
        var places: [LoadCounter.Place] = []
        for _ in 0..<3 {
            guard case .entered(let place) = counter.enter(limit: 3, of: nil, limitOfAddress: nil) else {
                Issue.record("full at \(counter.count)")
                return
            }
            places.append(place)
        }
        guard case .full = counter.enter(limit: 3, of: nil, limitOfAddress: nil) else {
            Issue.record("not full at \(counter.count)")
            return
        }
        counter.leave(places[0])
        guard case .entered = counter.enter(limit: 3, of: nil, limitOfAddress: nil) else {
            Issue.record("full at \(counter.count)")
            return
        }
    }

    @Test("Each address has room of its own; one that is refused takes no room of the others")
    func ofAddress() throws {
        let counter = LoadCounter()
        let (one, two) = (try key("192.0.2.1"), try key("192.0.2.2"))
        func enter(_ address: AddressKey?) -> LoadCounter.Place? {
            if case .entered(let place) = counter.enter(limit: 100, of: address, limitOfAddress: 2) {
                place
            } else {
                nil
            }
        }
        let first = try #require(enter(one))
        #expect(enter(one) != nil)
        #expect(enter(one) == nil)
        #expect(counter.count == 2)
        #expect(enter(two) != nil)
        counter.leave(first)
        #expect(enter(one) != nil)
        #expect(enter(one) == nil)
        // Who is counted in all only.
        for _ in 0..<5 { #expect(enter(nil) != nil) }
    }

    @Test("Many threads at once are never more than the limit, and all of the room is used")
    func threads() async throws {
        let counter = LoadCounter()
        let address = try key("192.0.2.1")
        let tally = Tally()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for round in 0..<20_000 {
                        let verdict = counter.enter(
                            limit: 5, of: round & 1 == 0 ? address : nil, limitOfAddress: 3)
                        guard case .entered(let place) = verdict else { continue }
                        tally.enter()
                        tally.leave()
                        counter.leave(place)
                    }
                }
            }
        }
        #expect(tally.most.load(ordering: .relaxed) <= 5)
        #expect(tally.entered.load(ordering: .relaxed) > 20_000)
        #expect(counter.count == 0)
        // Whatever the order was, nobody is left behind.
        for _ in 0..<3 {
            guard case .entered = counter.enter(limit: 5, of: address, limitOfAddress: 3) else {
                Issue.record("a place was not given back")
                return
            }
        }
    }
}
