package import NIOCore

/// Writes the head of a response as the client gets it.
package enum ResponseWriter {
    /// - Parameters:
    ///   - encoding: how the body will be written; where it differs from how it came, the framing fields change.
    ///   - closes: the connection ends behind this response.
    ///   - added: whole field lines, behind the upstream's.
    ///   - rewriting: what becomes of the paths that it names.
    ///   - date: the `Date` line of a final response that came without one.
    package static func writeHead(
        _ head: ResponseHead, encoding: BodyEncoding, closes: Bool, added: String = "",
        rewriting: (rules: ResponseRewriting, request: ResponseRewriting.Request)? = nil, date: [UInt8] = [],
        to out: inout ByteBuffer
    ) {
        let bytes = head.bytes
        let octets = bytes.readableBytesSpan
        out.writeStaticString("HTTP/1.1 ")
        out.writeBytes(octets.extracting(head.statusAndReason))
        copyFields(head, octets, keepsLength: head.status != 204, rewriting, to: &out)
        if head.switchesToWebSocket { out.writeStaticString("Connection: Upgrade\r\nUpgrade: websocket\r\n") }
        if !added.isEmpty { out.writeString(added) }
        if !date.isEmpty { out.writeBytes(date) }
        if case .chunked = encoding { out.writeStaticString("Transfer-Encoding: chunked\r\n") }
        if closes { out.writeStaticString("Connection: close\r\n") }
        out.writeStaticString("\r\n")
    }

    private static func copyFields(
        _ head: ResponseHead, _ octets: RawSpan, keepsLength: Bool,
        _ rewriting: (rules: ResponseRewriting, request: ResponseRewriting.Request)?, to out: inout ByteBuffer
    ) {
        let bytes = head.bytes
        var runStart = head.statusLineEnd
        for field in head.section.fields {
            let keeps: Bool
            switch field.kind {
            case .other, .host, .expect, .maxForwards, .authorization, .reserved:
                keeps = head.connectionOptions.isEmpty || !head.isNominated(field)
            case .location, .setCookie:
                keeps = head.connectionOptions.isEmpty || !head.isNominated(field)
                guard keeps, let rewriting else { break }
                let value =
                    bytes.getBytes(at: bytes.readerIndex + field.value.lowerBound, length: field.value.count) ?? []
                let rewritten =
                    field.kind == .location
                    ? rewriting.rules.location(value, rewriting.request)
                    : rewriting.rules.cookie(value, rewriting.request)
                guard let rewritten else { break }
                out.writeBytes(octets.extracting(runStart..<field.value.lowerBound))
                out.writeBytes(rewritten)
                runStart = field.value.upperBound
            // Not even where Connection names it: another would have to be made up.
            case .date: keeps = true
            // A 204 has no content, so no length either (RFC 9110 §8.6).
            case .contentLength: keeps = keepsLength && !head.isInterim
            case .transferEncoding, .connection, .hopByHop, .upgrade, .framingLookalike: keeps = false
            }
            let mustBePlain = keeps && field.kind == .contentLength
            guard !keeps || (mustBePlain && !field.isPlain(bytes.readableBytesUInt8Span)) else { continue }
            out.writeBytes(octets.extracting(runStart..<Int(field.start)))
            if mustBePlain { field.writePlain(octets, to: &out) }
            runStart = Int(field.end)
        }
        out.writeBytes(octets.extracting(runStart..<head.fieldsEnd))
    }
}
