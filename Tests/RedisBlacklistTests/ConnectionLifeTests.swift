import NIOCore
import RedisBlacklist
import Testing

@Suite("A connection comes, goes and comes back")
struct ConnectionLifeTests {
    private let refused = BlacklistFailure.unreachable("refused")

    @Test("Before the start and after the end everything is refused")
    func notRunning() {
        let test = MachineUnderTest()
        #expect(test.check(1, at: 0) == .refuse(.notRunning))
        #expect(test.start())
        #expect(!test.start())
        #expect(test.check(2, at: 0) == .wait)
        #expect(test.stop() == [2])
        #expect(test.check(3, at: 0) == .refuse(.notRunning))
        #expect(test.wakeUp == nil)
    }

    @Test("Lookups wait for the first connection and are sent when it is ready, in their order")
    func waits() throws {
        let test = MachineUnderTest()
        _ = test.start()
        #expect(test.check(1, at: 0) == .wait)
        #expect(test.connected(at: 1) == .sendHandshake([.exists(Array("blacklist:".utf8))]))
        #expect(test.check(2, at: 2) == .wait)
        switch test.receive(.integer(0), at: 3) {
        case .open(let lookups, let change):
            #expect(lookups.map(\.waiter) == [1, 2])
            #expect(change == .connected)
        case .awaitMore, .answer, .giveUp: Issue.record("not open")
        }
        #expect(test.isReady)
        #expect(test.wakeUp == 250)
        #expect(test.answer(.integer(1)) == Answer(1, .revoked))
        #expect(test.answer(.integer(0)) == Answer(2, .clear))
    }

    @Test("They wait no longer than their deadline, and then nobody waits")
    func waitingExpires() {
        let test = MachineUnderTest()
        _ = test.start()
        _ = test.check(1, at: 0)
        _ = test.check(2, at: 100)
        #expect(test.wakeUp == 250)
        switch test.wake(at: 250) {
        case .refuse(let waiters, let failure):
            #expect(waiters == [1, 2])
            #expect(failure == .deadlineExceeded)
        case .nothing, .connect, .sendProbe, .giveUp: Issue.record("not refused")
        }
        #expect(test.check(3, at: 251) == .refuse(.deadlineExceeded))
    }

    @Test("The queue of those who wait is bounded")
    func waitingIsBounded() {
        let test = MachineUnderTest { $0.limits.pendingLookups = 1 }
        _ = test.start()
        #expect(test.check(1, at: 0) == .wait)
        #expect(test.check(2, at: 0) == .refuse(.queueFull))
    }

    @Test("When no connection can be made, lookups are refused at once until there is one")
    func unreachable() {
        let test = MachineUnderTest()
        _ = test.start()
        _ = test.check(1, at: 0)
        let first = test.fail(refused, at: 5)
        #expect(first.waiters == [1])
        #expect(first.change == .connectFailed(refused))
        #expect(test.check(2, at: 6) == .refuse(refused))
        #expect(test.wakeUp == 15)  // 10 ms, the lower end of the first step
        #expect(test.wake(at: 15).connects)
        #expect(test.check(3, at: 16) == .refuse(refused))
        let second = test.fail(refused, at: 20)
        #expect(second.change == nil)  // as before: no news
        #expect(test.wakeUp == 40)  // 20 ms
    }

    @Test("A wrong password is told, and tried again")
    func wrongPassword() throws {
        let test = MachineUnderTest { $0.password = [1] }
        _ = test.start()
        _ = test.connected(at: 0)
        let reply = RedisReply.error(ErrorReply("WRONGPASS invalid username-password pair".utf8))
        let loss = try #require(test.receive(reply, at: 1).loss)
        #expect(loss.change == .handshakeFailed(.handshakeRefused(.authenticate, ErrorReply("WRONGPASS".utf8))))
        #expect(test.wakeUp == 11)
    }

    @Test("A server that accepts and says nothing is given up")
    func silentServer() throws {
        let test = MachineUnderTest()
        _ = test.start()
        _ = test.connected(at: 0)
        #expect(test.wakeUp == 1000)
        #expect(test.wake(at: 999).loss == nil)
        #expect(try #require(test.wake(at: 1000).loss).change == .handshakeFailed(.handshakeTimedOut))
    }

    @Test("One lookup past its deadline fails all, for a late reply must not answer a later question")
    func deadline() throws {
        let test = MachineUnderTest.ready()
        _ = test.check(1, at: 0)
        _ = test.check(2, at: 200)
        #expect(test.wakeUp == 250)
        #expect(test.wake(at: 249).loss == nil)
        let loss = try #require(test.wake(at: 250).loss)
        #expect(loss.waiters == [1, 2])
        #expect(loss.failure == .deadlineExceeded)
        #expect(loss.change == .lost(.deadlineExceeded))
        #expect(!loss.connectsAtOnce)
        #expect(test.check(3, at: 251) == .refuse(.deadlineExceeded))
        #expect(test.answer(.integer(1)) == nil)  // the late reply of the lost connection
    }

    @Test("A long-lived connection that is closed is replaced at once, and lookups wait for it")
    func replaced() {
        let test = MachineUnderTest.ready()
        _ = test.check(1, at: 1000)
        let loss = test.fail(.connectionLost, at: 1001)
        #expect(loss.connectsAtOnce)
        #expect(loss.waiters == [1])
        #expect(test.check(2, at: 1002) == .wait)
        #expect(test.fail(refused, at: 1003).waiters == [2])
        #expect(test.check(3, at: 1004) == .refuse(refused))
    }

    @Test("One that does not last is a failure like any other, and the delays go on growing")
    func flapping() {
        let test = MachineUnderTest.ready()
        var now: Int64 = 0
        for expected: Int64 in [10, 20, 40, 80, 160, 320, 500, 500] {
            #expect(!test.fail(.connectionLost, at: now).connectsAtOnce)
            #expect(test.wakeUp == now + expected)
            now += expected
            #expect(test.wake(at: now).connects)
            _ = test.connected(at: now)
            _ = test.receive(.integer(0), at: now)
        }
    }

    @Test("An idle connection is probed, and given up when the probe is not answered")
    func probe() throws {
        let test = MachineUnderTest.ready()
        #expect(test.wakeUp == 2000)
        #expect(test.wake(at: 2000).probes)
        #expect(test.answer(.integer(0)) == nil)
        #expect(test.wakeUp == 4000)
        #expect(test.wake(at: 4000).probes)
        #expect(test.wakeUp == 4250)
        #expect(try #require(test.wake(at: 4250).loss).failure == .deadlineExceeded)
    }

    @Test("A lookup behind a probe gets its own reply, and a busy connection is not probed")
    func probeAndLookup() throws {
        let test = MachineUnderTest.ready()
        #expect(test.wake(at: 2000).probes)
        #expect(test.check(1, at: 2001) == .send)
        #expect(test.answer(.integer(0)) == nil)
        #expect(test.answer(.integer(1)) == Answer(1, .revoked))
        #expect(test.wakeUp == 4001)
    }
}
