import NIOCore
import ProxyEngine
import Testing

private let upstream = UpstreamAddress(name: "app", host: "upstream.internal", port: 3000)

/// The octets of `head` as the upstream gets them from a client at 192.0.2.1, or a text that says why there are none.
func forward(
    _ head: String, forwardsAuthorization: Bool = false, vouched: String = "", reserved: [String] = ["X-User-Id"],
    to address: UpstreamAddress = upstream
) -> String {
    var reading = RequestHead()
    let outcome = reading.read(
        .behindEarlierMessage(octets(head)), catalogue: .request(reserved: reserved), limits: EngineLimits())
    guard outcome == .complete else { return "\(outcome)" }
    return text(forward(reading, forwardsAuthorization: forwardsAuthorization, vouched: vouched, to: address))
}

func forward(
    _ head: RequestHead, forwardsAuthorization: Bool = false, vouched: String = "",
    to address: UpstreamAddress = upstream
) -> ByteBuffer {
    let passage = Passage(
        upstream: 0, vouched: octets(vouched), forwardsAuthorization: forwardsAuthorization, responseTimeout: nil,
        maxBody: nil)
    var out = ByteBuffer()
    UpstreamRequestWriter(upstream: address).write(
        head, id: RequestID(prefix: 10, number: 11), passage, forwarding: octets("X-Forwarded-For: 192.0.2.1\r\n"),
        to: &out)
    return out
}
