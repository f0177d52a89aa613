import NIOCore
import ProxyEngine
import Testing

private let application = UpstreamSettings(
    name: "app", servers: [UpstreamSettings.Server(host: "upstream.internal", port: 3000)])

/// What the gateway tells of a client at 192.0.2.1, without the lines that differ from request to request.
let forwardingLines =
    "Via: 1.1 gateway\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: http\r\n"
    + "Forwarded: for=192.0.2.1;proto=http\r\n"

extension String {
    /// The same octets for a request that came in HTTP/1.0: `Via` tells the version received (RFC 9110 §7.6.3).
    var asReceivedInOldVersion: String {
        #expect(contains("Via: 1.1 gateway"))
        return split(separator: "Via: 1.1 gateway", omittingEmptySubsequences: false).joined(
            separator: "Via: 1.0 gateway")
    }
}

/// The line that names the request of every test.
let requestIDLine = "X-Request-Id: 000000000000000a000000000b\r\n"

/// The octets of `head` as the upstream gets them from a client at 192.0.2.1, or a text that says why there are none.
func forward(
    _ head: String, forwardsAuthorization: Bool = false, vouched: String = "", reserved: [String] = ["X-User-Id"],
    to upstream: UpstreamSettings = application, trusting proxies: [AddressRange] = []
) -> String {
    let reading = RequestHead()
    let outcome = reading.read(
        .behindEarlierMessage(octets(head)), catalogue: .request(reserved: reserved), limits: EngineLimits())
    guard outcome == .complete else { return "\(outcome)" }
    return text(
        forward(
            reading, forwardsAuthorization: forwardsAuthorization, vouched: vouched, to: upstream, trusting: proxies))
}

func forward(
    _ head: RequestHead, forwardsAuthorization: Bool = false, vouched: String = "",
    to upstream: UpstreamSettings = application, trusting proxies: [AddressRange] = []
) -> ByteBuffer {
    let passage = Passage(upstream: 0, vouched: octets(vouched), forwardsAuthorization: forwardsAuthorization)
    let client = ForwardingFields(peer: try? SocketAddress(ipAddress: "192.0.2.1", port: 40_000), trusted: proxies)
    var out = ByteBuffer()
    UpstreamRequestWriter(upstream: upstream).write(
        head, id: RequestID(prefix: 10, number: 11), passage, server: upstream.servers[0], forwarding: client, to: &out)
    return out
}
