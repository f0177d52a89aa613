internal import Dispatch
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Asks the system for the addresses of one host name.
///
/// `getaddrinfo` blocks, for many seconds where a name server is silent. So it runs on a queue of this name's own, where it
/// holds up neither an event loop nor any other name; NIO's resolver has one queue for all names of an event loop. Who asks
/// while an answer is awaited gets that answer, so that there is one question at a time, however many connections are wanted.
final class AddressLookup: Sendable {
    private let host: String
    private let port: Int
    private let queue: DispatchQueue
    private let asking = Mutex<[EventLoopPromise<[SocketAddress]>]>([])

    init(host: String, port: Int) {
        self.host = host
        self.port = port
        queue = DispatchQueue(label: "gateway.address-lookup")
    }

    func addresses(on eventLoop: any EventLoop) -> EventLoopFuture<[SocketAddress]> {
        let promise = eventLoop.makePromise(of: [SocketAddress].self)
        let isFirst = asking.withLock { asking in
            asking.append(promise)
            return asking.count == 1
        }
        if isFirst { queue.async { self.ask() } }
        return promise.futureResult
    }

    /// On the queue.
    private func ask() {
        let result = Result { try Self.addresses(of: host, port: port) }
        let promises = asking.withLock { asking in
            defer { asking = [] }
            return asking
        }
        for promise in promises { promise.completeWith(result) }
    }

    private static func addresses(of host: String, port: Int) throws -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_protocol = Int32(IPPROTO_TCP)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &list)
        guard status == 0 else { throw UpstreamFault.unreachable(String(cString: gai_strerror(status))) }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = list
        while let entry = next {
            // The length that getaddrinfo gives with an address is that of its family's structure.
            if let address = entry.pointee.ai_addr {
                switch entry.pointee.ai_family {
                case AF_INET:
                    address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                        addresses.append(SocketAddress($0.pointee, host: host))
                    }
                case AF_INET6:
                    address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                        addresses.append(SocketAddress($0.pointee, host: host))
                    }
                default: break
                }
            }
            next = entry.pointee.ai_next
        }
        return addresses
    }
}

/// The addresses of one lookup as NIO's connector wants them, which tries each of them (RFC 8305).
struct LookedUpAddresses: Resolver, Sendable {
    private let addresses: EventLoopFuture<[SocketAddress]>

    init(_ addresses: EventLoopFuture<[SocketAddress]>) {
        self.addresses = addresses
    }

    func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        addresses.map { $0.filter { $0.protocol == .inet } }
    }

    func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        addresses.map { $0.filter { $0.protocol == .inet6 } }
    }

    func cancelQueries() {}
}
