internal import NIOCore

/// Who asks, and by which scheme.
package struct ForwardedOrigin: Equatable {
    /// Without a port.
    package let address: String
    /// `http` or `https`.
    package let scheme: String

    package init(address: String, scheme: String) { (self.address, self.scheme) = (address, scheme) }
}

/// What a trusted proxy says of one request, read from its octets.
struct ForwardedWord {
    /// Elements of a list that are looked at, from its end: no chain of proxies is longer.
    private static let maxElements = 32

    private let bytes: ByteBuffer
    /// The fields `X-Forwarded-For`, `X-Forwarded-Proto` and `Forwarded`, in order.
    let chains: [Range<Int>]
    private let schemes: [Range<Int>]
    let forwardedFields: [Range<Int>]
    /// nil: there is none, or it does not follow the grammar.
    let forwarded: ForwardedField?

    init(of head: RequestHead) {
        bytes = head.bytes
        chains = head.ranges(named: "x-forwarded-for")
        schemes = head.ranges(named: "x-forwarded-proto")
        forwardedFields = head.ranges(named: "forwarded")
        forwarded = Self.read(forwardedFields, bytes)
    }

    private static func read(_ fields: [Range<Int>], _ bytes: ByteBuffer) -> ForwardedField? {
        guard !fields.isEmpty else { return nil }
        var forwarded = ForwardedField()
        for field in fields {
            guard case .wellFormed = forwarded.read(bytes.readableBytesUInt8Span, field) else { return nil }
        }
        return forwarded
    }

    /// The fields as one list that goes on.
    func append(_ fields: [Range<Int>], to lines: inout [UInt8]) {
        for field in fields {
            lines +=
                bytes.readableBytesView[(bytes.readerIndex + field.lowerBound)..<(bytes.readerIndex + field.upperBound)]
            lines += [UInt8(ascii: ","), UInt8(ascii: " ")]
        }
    }

    /// The client is the last address that is no trusted proxy's, the first of those looked at where all are. An element
    /// that is no address ends the search. `Forwarded` is asked where there is no `X-Forwarded-For`.
    func origin(_ peer: String, _ scheme: String, _ trusted: [AddressRange]) -> ForwardedOrigin {
        let octets = bytes.readableBytesUInt8Span
        guard chains.isEmpty, let forwarded else {
            let (address, place) = client(lastElements(of: chains), peer, trusted)
            return ForwardedOrigin(address: address, scheme: givenScheme(place) ?? scheme)
        }
        let elements = Array(forwarded.elements.suffix(Self.maxElements).reversed())
        let (address, place) = client(elements.map(\.node), peer, trusted)
        guard schemes.isEmpty, let place, let proto = elements[place].proto else {
            return ForwardedOrigin(address: address, scheme: givenScheme(place) ?? scheme)
        }
        return ForwardedOrigin(address: address, scheme: Self.scheme(octets, proto) ?? scheme)
    }

    /// - Parameter nodes: the last first.
    private func client(
        _ nodes: [Range<Int>?], _ peer: String, _ trusted: [AddressRange]
    ) -> (address: String, place: Int?) {
        var client: (address: String, place: Int?) = (peer, nil)
        for (place, node) in nodes.enumerated() {
            guard let node, let address = ForwardedNode.address(bytes.readableBytesUInt8Span, node),
                let text = AddressRange.text(of: address)
            else { return client }
            client = (text, place)
            guard trusted.contains(where: { $0.contains(address) }) else { return client }
        }
        return client
    }

    /// A proxy that writes the field anew leaves one element, which counts. In a list that proxies go on with, that one
    /// counts that stands where the client stands in the list of addresses: what stands before may be the client's own.
    private func givenScheme(_ place: Int?) -> String? {
        let given = lastElements(of: schemes)
        guard let first = given.first else { return nil }
        guard given.count > 1 else { return Self.scheme(bytes.readableBytesUInt8Span, first) }
        let place = place ?? 0
        return place < given.count ? Self.scheme(bytes.readableBytesUInt8Span, given[place]) : nil
    }

    private static func scheme(_ octets: Span<UInt8>, _ range: Range<Int>) -> String? {
        if octets.equalsIgnoringCase(range, "https") { return "https" }
        return octets.equalsIgnoringCase(range, "http") ? "http" : nil
    }

    /// The last elements of a list, the last first, without the blanks around them and without empty ones.
    private func lastElements(of fields: [Range<Int>]) -> [Range<Int>] {
        let octets = bytes.readableBytesUInt8Span
        var (elements, looked): ([Range<Int>], Int) = ([], 0)
        for field in fields.reversed() {
            var end = field.upperBound
            while end >= field.lowerBound, looked < Self.maxElements {
                var start = end
                while start > field.lowerBound, octets[start - 1] != UInt8(ascii: ",") { start -= 1 }
                let element = Self.trimmed(octets, start..<end)
                if !element.isEmpty { elements.append(element) }
                looked += 1
                end = start - 1
            }
        }
        return elements
    }

    private static func trimmed(_ octets: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, octets[start] == 0x20 || octets[start] == 0x09 { start += 1 }
        while end > start, octets[end - 1] == 0x20 || octets[end - 1] == 0x09 { end -= 1 }
        return start..<end
    }
}

extension RequestHead {
    /// Where the values of all fields of one of the reserved names stand, in order. They hold no control octet, which was
    /// checked; one that is not ASCII is passed over, as an upstream could not tell what it means.
    fileprivate func ranges(named name: StaticString) -> [Range<Int>] {
        let bytes = bytes
        let octets = bytes.readableBytesUInt8Span
        var ranges: [Range<Int>] = []
        for field in section.fields where field.kind == .reserved && octets.equalsIgnoringCase(field.name, name) {
            guard !field.value.isEmpty, field.value.allSatisfy({ octets[$0] < 0x80 }) else { continue }
            ranges.append(field.value)
        }
        return ranges
    }
}
