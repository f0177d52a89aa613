import Glibc

/// A port of this machine that is one test's own, for a program that has to be told where to listen.
///
/// It is bound, and nobody listens at it. The kernel gives such a port to nobody, neither as a free one nor for a
/// connection that goes out; a connection to it is refused; and who names it may listen there, since of sockets that
/// have SO_REUSEADDR only those that listen exclude each other. A port that was found free and let go would be another
/// test's now and then: there are hundreds of them in one run.
public final class ReservedPort: Sendable {
    /// What goes after the colon of `127.0.0.1:`.
    public let number: Int
    private let descriptor: Int32

    /// - Throws: `ReservationFailure` when the kernel has no socket or no port left.
    public init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw ReservationFailure(call: "socket", error: errno) }
        var (on, address) = (Int32(1), sockaddr_in())
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let descriptor = descriptor
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
            }
        }
        let error = errno
        number = Int(UInt16(bigEndian: address.sin_port))
        guard result == 0 else { throw ReservationFailure(call: "bind", error: error) }
    }

    deinit { close(descriptor) }

    /// The number of a port that stays reserved as long as the tests run, for who can't hold the reservation.
    public static func untilTheEnd() throws -> Int {
        let port = try ReservedPort()
        _ = Unmanaged.passRetained(port)
        return port.number
    }
}

/// The kernel refused a port: there are none left, or no descriptors.
public struct ReservationFailure: Error, CustomStringConvertible {
    let call: String
    let error: Int32

    /// The call that failed, and why.
    public var description: String { "a port of its own: \(call): \(String(cString: strerror(error)))" }
}
