internal import Glibc
internal import Synchronization

/// Bugs that `make test-sanitized-self-test` puts into the gateway on purpose, to see that they are found, told, and make
/// the run fail; and one thing that is no bug and must not be told. Neither `make build` nor `make test` compiles this
/// file. The gateway commits them when it starts, and then serves as always, if it is let.
enum Plant: String {
    /// An octet read behind the end of its storage.
    case overrun
    /// An octet read after its storage was freed.
    case freed
    /// Storage that nobody frees or knows any more.
    case leak
    /// Two threads that count with one counter.
    case race
    /// The same under a Mutex that they have to wait for.
    case mutex

    func commit() {
        switch self {
        case .overrun: Octets.read(at: 16, of: Octets.allocated(16))
        case .freed:
            let octets = Octets.allocated(16)
            octets.deallocate()
            Octets.read(at: 0, of: octets)
        case .leak: Octets.forget(1000)
        case .race: Counter.countTwice { $0.bare += 1 }
        case .mutex: Counter.countTwice { $0.count() }
        }
    }
}

/// Called when the gateway is loaded (Hooks/start.c).
@c(sanitizer_plant)
func plant() {
    guard let name = getenv("GATEWAY_SANITIZER_PLANT").map({ String(cString: $0) }) else { return }
    Plant(rawValue: name)?.commit()
}

/// Functions of their own, in which the compiler can't see what it might leave out.
private enum Octets {
    @inline(never)
    static func allocated(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        let octets = UnsafeMutablePointer<UInt8>.allocate(capacity: count)
        octets.initialize(repeating: 1, count: count)
        return octets
    }

    @inline(never)
    static func read(at index: Int, of octets: UnsafeMutablePointer<UInt8>) {
        setenv("GATEWAY_SANITIZER_READ", "\(octets[index])", 1)
    }

    @inline(never)
    static func forget(_ count: Int) { read(at: 0, of: allocated(count)) }
}

private final class Counter {
    private static let rounds = 2000
    var bare = 0
    private let guarded = Mutex(0)
    private let step: (Counter) -> Void

    private init(_ step: @escaping (Counter) -> Void) { self.step = step }

    /// Holds the lock for so long that the other thread waits for it.
    func count() {
        guarded.withLock {
            $0 += 1
            if $0 % 100 == 0 { usleep(100) }
            bare += 1
        }
    }

    static func countTwice(_ step: @escaping (Counter) -> Void) {
        let counter = Unmanaged.passRetained(Counter(step))
        var threads = [pthread_t(), pthread_t()]
        for index in threads.indices {
            let result = pthread_create(
                &threads[index], nil,
                { argument in
                    if let argument { Unmanaged<Counter>.fromOpaque(argument).takeUnretainedValue().run() }
                    return nil
                }, counter.toOpaque())
            precondition(result == 0, "pthread_create: \(result)")
        }
        for thread in threads { pthread_join(thread, nil) }
        counter.release()
    }

    private func run() {
        for _ in 0..<Self.rounds {
            step(self)
            sched_yield()
        }
    }
}
