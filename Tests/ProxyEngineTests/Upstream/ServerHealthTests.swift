import ProxyEngine
import Testing

@Suite("When a server is taken out of turn")
struct ServerHealthTests {
    private let rule = EjectionRule(failures: 3, nanoseconds: 100)

    @Test("So many failures in a row eject it, for the time of the rule, and are told once")
    func ejects() {
        var health = ServerHealth()
        #expect(health.failed(at: 1, rule) == nil)
        #expect(health.failed(at: 2, rule) == nil)
        #expect(!health.isEjected(at: 2))
        #expect(health.failed(at: 3, rule) == .ejected)
        #expect(health.isEjected(at: 3) && health.isEjected(at: 102) && !health.isEjected(at: 103))
    }

    @Test("An answer in between starts the count anew")
    func answerBetween() {
        var health = ServerHealth()
        for time in 0..<10 {
            #expect(health.failed(at: UInt64(time), rule) == nil)
            #expect(health.failed(at: UInt64(time), rule) == nil)
            #expect(health.isTroubled)
            #expect(health.succeeded(at: UInt64(time)) == nil)
            #expect(!health.isTroubled)
        }
    }

    @Test("When its time is over one failure ejects it again, silently, and one answer brings it back")
    func returns() {
        var health = ServerHealth()
        for _ in 0..<3 { _ = health.failed(at: 0, rule) }
        #expect(health.failed(at: 100, rule) == nil)
        #expect(health.isEjected(at: 199))
        #expect(health.succeeded(at: 200) == .back)
        #expect(health.succeeded(at: 201) == nil)
        #expect(health.failed(at: 202, rule) == nil)
        #expect(!health.isEjected(at: 202))
    }

    @Test("What was under way at the ejection neither prolongs nor ends it")
    func underWay() {
        var health = ServerHealth()
        for _ in 0..<3 { _ = health.failed(at: 0, rule) }
        #expect(health.failed(at: 50, rule) == nil)
        #expect(health.succeeded(at: 60) == nil)
        #expect(health.isEjected(at: 99) && !health.isEjected(at: 100))
    }
}

@Suite("When a server is out by its health checks")
struct ServerCheckTests {
    private let rule = HealthCheckRule(path: "/", fails: 3, passes: 2)

    private func changes(_ health: inout ServerHealth, _ results: [Bool]) -> [ServerHealth.Change?] {
        results.map { health.checked($0 ? .passed : .failed("ill"), rule) }
    }

    @Test("So many failures in a row put it out, so many passes in a row bring it back")
    func inARow() {
        var health = ServerHealth()
        #expect(changes(&health, [false, false, true, false, false]).allSatisfy { $0 == nil })
        #expect(health.outUntil == 0)
        #expect(changes(&health, [false, false]) == [.down("ill"), nil])
        #expect(health.isDown && health.outUntil == .max)
        #expect(changes(&health, [true, false, true]).allSatisfy { $0 == nil })
        #expect(changes(&health, [true, true]) == [.up, nil])
        #expect(!health.isDown && health.outUntil == 0)
        #expect(health.failedChecks == 7)
    }

    @Test("Ejection and checks know nothing of each other")
    func apart() {
        var health = ServerHealth()
        let ejection = EjectionRule(failures: 1, nanoseconds: 100)
        #expect(health.failed(at: 0, ejection) == .ejected)
        #expect(changes(&health, [true, true, true]).allSatisfy { $0 == nil })
        #expect(health.outUntil == 100)
        #expect(changes(&health, [false, false, false]).last == .down("ill"))
        #expect(health.succeeded(at: 200) == .back)
        #expect(health.outUntil == .max)
        #expect(health.ejections == 1)
    }
}

@Suite("Which server gets a request")
struct ServerChoiceTests {
    private func next(
        behind turn: Int, tried: Set<Int> = [], ejected: Set<Int> = [], full: Set<Int> = [], loads: [Int] = [0, 0, 0]
    ) -> Int? {
        var visited = ServerChoice.Tried()
        for server in tried { visited.insert(server) }
        return ServerChoice.next(behind: turn, of: loads.count, tried: visited) {
            ServerChoice.Candidate(isOut: ejected.contains($0), load: loads[$0], isFull: full.contains($0))
        }
    }

    @Test("The one behind the last; of several the least loaded")
    func turns() {
        #expect([0, 1, 2].map { next(behind: $0) } == [1, 2, 0])
        #expect([0, 1, 2].map { next(behind: $0, loads: [3, 2, 1]) } == [2, 2, 2])
        #expect([0, 1, 2].map { next(behind: $0, loads: [1, 2, 1]) } == [2, 2, 0])
    }

    @Test("An ejected one only when no other is left, however idle it is")
    func ejected() {
        #expect([0, 1, 2].map { next(behind: $0, ejected: [1]) } == [2, 2, 0])
        #expect(next(behind: 0, ejected: [0, 2], loads: [0, 9, 0]) == 1)
        // All: then all are used.
        #expect([0, 1, 2].map { next(behind: $0, ejected: [0, 1, 2]) } == [1, 2, 0])
    }

    @Test("One where the request was already is not tried again; with none left there is an answer all the same")
    func tried() {
        #expect(next(behind: 0, tried: [0, 1]) == 2)
        #expect(next(behind: 0, tried: [0, 2], ejected: [1]) == 1)
        #expect(next(behind: 1, tried: [0, 1, 2]) == 2)
    }

    @Test("A full one is passed over; while it is the only one that is not out, it is worth waiting for")
    func full() {
        #expect([0, 1, 2].map { next(behind: $0, full: [1]) } == [2, 2, 0])
        #expect(next(behind: 0, full: [0, 1, 2]) == nil)
        #expect(next(behind: 0, ejected: [0, 2], full: [1]) == nil)
        #expect(next(behind: 0, ejected: [0, 1, 2], full: [1]) == 2)
        #expect(next(behind: 0, tried: [0, 1, 2], full: [1]) == nil)
    }

    @Test("More servers than a request remembers")
    func many() {
        let loads = Array(repeating: 0, count: 130)
        #expect(next(behind: 129, tried: Set(0..<129), loads: loads) == 0)
        #expect(next(behind: 63, tried: [5], loads: loads) == 64)
    }
}
