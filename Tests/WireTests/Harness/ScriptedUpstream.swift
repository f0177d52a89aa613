internal import Synchronization

/// An upstream that answers each request by a script, and keeps what it received. Without a script it echoes: the
/// answer's body is the request exactly as it came (see `Response.echo`).
///
/// A request is for the script whose tag occurs in its target, so that tests can share an upstream.
final class ScriptedUpstream: Sendable {
    typealias Script = @Sendable (UpstreamExchange) throws -> Void

    private struct State {
        var scripts: [(tag: String, script: Script)] = []
        var received: [ReceivedRequest] = []
        var faults: [String] = []
        var connections = 0
        var open = 0
    }

    let port: Int
    private let listener: Listener
    private let state = Mutex(State())

    /// - Parameter host: the last number of the address 127.0.0.x at which it listens.
    init(port: Int = 0, host: UInt8 = 1) throws {
        listener = try Listener(port: port, host: host)
        self.port = listener.port
        onThread { self.acceptAll() }
    }

    // MARK: For the test

    func script(_ tag: String, _ script: @escaping Script) {
        state.withLock { $0.scripts.insert((tag, script), at: 0) }
    }

    /// Those whose target contains the tag, in the order in which their heads came.
    func requests(_ tag: String) -> [ReceivedRequest] {
        state.withLock { $0.received.filter { $0.target.contains(tag) } }
    }

    /// The first request with this tag, its head complete.
    func waitForRequest(_ tag: String) throws -> ReceivedRequest {
        var found: ReceivedRequest?
        try eventually("a request for \(tag) at the upstream") {
            found = requests(tag).first
            return found != nil
        }
        guard let found else { throw HarnessFailure("no request for \(tag)") }
        return found
    }

    /// How many connections were ever made to it, and how many are open now.
    var connectionCount: Int { state.withLock { $0.connections } }
    var openConnectionCount: Int { state.withLock { $0.open } }

    /// What came that no gateway may send: nothing, in every test.
    var faults: [String] { state.withLock { $0.faults } }

    /// No more connections; those that are there go on.
    func stopListening() { listener.stop() }

    // MARK: Threads of its own

    private func acceptAll() {
        while let socket = listener.accept() {
            let number = state.withLock { state in
                state.connections += 1
                state.open += 1
                return state.connections
            }
            onThread {
                self.serve(socket, number: number)
                socket.close()
                self.state.withLock { $0.open -= 1 }
            }
        }
    }

    private func serve(_ socket: Socket, number: Int) {
        let reader = WireReader(socket)
        do {
            while let head = try RequestHead.read(from: reader) {
                let request = ReceivedRequest(connection: number, head: head)
                let script = state.withLock { state in
                    state.received.append(request)
                    return state.scripts.first { head.target.contains($0.tag) }?.script
                }
                let exchange = UpstreamExchange(request: request, socket: socket, reader: reader)
                try (script ?? { try $0.echo() })(exchange)
                if exchange.isOver { return }
                try exchange.readBody()
            }
        } catch WireFault.malformed(let what) {
            state.withLock { $0.faults.append("connection \(number): \(what)") }
        } catch {
            // The gateway went away, or the script failed: what the client sees tells the test.
        }
    }
}
