internal import NIOCore
internal import NIOHPACK
internal import ProxyEngine

/// Requests of HTTP/2: what is accepted is, word for word, what a plain reader makes of the same fields, and our strict parser
/// reads the text as just this and nothing behind it. A body that is not what it was said to be never looks whole.
///
/// An input is fields `NAME 0x1F VALUE`, with 0x1E between them; behind 0x1D a piece of the body, as often as one likes; behind
/// 0x1C trailers.
struct HTTP2RequestHarness: Harness {
    private typealias Field = PlainHead.Field

    private let catalogue = FieldCatalogue.request(reserved: ["X-User-Id", "X-User-Role"])

    func check(_ input: [UInt8]) throws(Objection) {
        let parts = input.split(separator: 0x1C, maxSplits: 1, omittingEmptySubsequences: false)
        let pieces = parts[0].split(separator: 0x1D, omittingEmptySubsequences: false)
        let fields = Self.fields(pieces[0])
        let trailers = parts.count > 1 ? Self.fields(parts[1]) : nil
        let ends = pieces.count == 1 && trailers == nil

        var reader = HTTP2RequestReader()
        var head = ByteBuffer()
        let fault = reader.readHead(Self.list(fields), ends: ends, into: &head)
        guard let plain = PlainHTTP2(fields, ends: ends) else {
            return try require(fault != nil, "accepted, and no request: \(fields)")
        }
        try require(fault == nil, "a request, and refused with \(String(describing: fault)): \(fields)")
        try checkText(Array(head.readableBytesView), plain, ends: ends)
        guard !ends else { return }
        try checkBody(&reader, plain, pieces.dropFirst().map { Array($0) }, trailers)
    }

    private func checkText(_ text: [UInt8], _ plain: PlainHTTP2, ends: Bool) throws(Objection) {
        let head = try PlainHead(text)
        try requireEqual(shown(head.startLine), shown(plain.requestLine), "the request line")
        var expected = plain.fields
        if plain.contentLength == nil, !ends { expected.append(Field("transfer-encoding", "chunked")) }
        try requireEqual(head.fields, expected, "the fields")
        let strict = RequestHead()
        switch strict.read(.atEndOfStorage(text), catalogue: catalogue, limits: EngineLimits()) {
        // It has rules of its own, and may refuse.
        case .malformed: return
        case .incomplete: throw Objection("a head that does not end: \(shown(text))")
        case .complete, .asterisk, .connect: break
        }
        try requireEqual(strict.length, text.count, "the length of the head \(shown(text))")
        let length = plain.contentLength ?? (ends ? 0 : -1)
        try requireEqual(RequestHeadHarness.length(strict.framing), length, "the framing of \(shown(text))")
        try requireEqual(strict.host.map { Array(text[$0]) }, plain.fields.first?.value, "the host")
        try require(strict.version == .http11, "the version")
    }

    private func checkBody(
        _ reader: inout HTTP2RequestReader, _ plain: PlainHTTP2, _ pieces: [[UInt8]], _ trailers: [Field]?
    ) throws(Objection) {
        var out = ByteBuffer()
        var fault: RequestFault?
        for (index, piece) in pieces.enumerated() where fault == nil {
            var data = ByteBuffer.atEndOfStorage(piece)
            fault = reader.readData(&data, ends: trailers == nil && index == pieces.count - 1, into: &out)
        }
        if let trailers, fault == nil { fault = reader.readTrailers(Self.list(trailers), ends: true, into: &out) }
        let (text, data) = (Array(out.readableBytesView), Array(pieces.joined()))
        let isWhole =
            (trailers ?? []).allSatisfy(PlainHTTP2.isField)
            && (plain.contentLength == nil || plain.contentLength == data.count)
        try requireEqual(fault == nil, isWhole, "whether the body is whole, of \(plain.fields)")
        if let length = plain.contentLength {
            try require(data.starts(with: text), "the body that goes on")
            // Too much, and a fault in trailers that are dropped, is found behind the last octet.
            let isLate = data.count > length || trailers != nil
            try require(isWhole ? text == data : text.count < length || isLate, "a body that looks whole")
        } else {
            let chunks = PlainChunks(text)
            try requireEqual(chunks != nil, isWhole, "whether the chunked body looks whole")
            guard let chunks else { return }
            try requireEqual(chunks.data, data, "the data that goes on")
            try requireEqual(chunks.length, text.count, "the length of the body that goes on")
            try requireEqual(chunks.trailers, trailers ?? [], "the trailers that go on")
        }
    }

    /// As they come out of HPACK: names and values are `String`s there, with U+FFFD for what is no UTF-8.
    private static func fields(_ octets: ArraySlice<UInt8>) -> [Field] {
        octets.split(separator: 0x1E).map { field in
            let parts = field.split(separator: 0x1F, maxSplits: 1, omittingEmptySubsequences: false)
            let text = { (octets: ArraySlice<UInt8>) in Array(String(decoding: octets, as: UTF8.self).utf8) }
            return Field(text(parts[0]), parts.count > 1 ? text(parts[1]) : [])
        }
    }

    private static func list(_ fields: [Field]) -> HPACKHeaders {
        HPACKHeaders(
            fields.map { (String(decoding: $0.name, as: UTF8.self), String(decoding: $0.value, as: UTF8.self)) })
    }
}
