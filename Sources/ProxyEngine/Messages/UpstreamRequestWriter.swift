package import NIOCore

/// Writes the head of a request as the upstream gets it: the client's own, without what is not to be forwarded, and
/// behind it what the gateway vouches for.
///
/// Fields that stay are copied in runs, byte for byte. Without a ``Passage`` nothing can be written.
package struct UpstreamRequestWriter {
    let upstream: UpstreamAddress

    package init(upstream: UpstreamAddress) { self.upstream = upstream }

    /// - Parameter forwarding: whole field lines that tell of the client's connection.
    package func write(
        _ head: borrowing RequestHead, id: RequestID, _ passage: borrowing Passage, forwarding: [UInt8],
        to out: inout ByteBuffer
    ) {
        let octets = head.bytes.readableBytesSpan
        writeRequestLine(head, octets, to: &out)
        copyFields(head, octets, keepsAuthorization: passage.forwardsAuthorization, to: &out)
        if head.host == nil {
            out.writeStaticString("Host: ")
            out.writeBytes(upstream.authority)
            out.writeStaticString("\r\n")
        }
        out.writeBytes(forwarding)
        if let host = head.host {
            out.writeStaticString("X-Forwarded-Host: ")
            out.writeBytes(octets.extracting(host))
            out.writeStaticString("\r\n")
        }
        out.writeStaticString("X-Request-Id: ")
        out.writeRequestID(id)
        out.writeStaticString("\r\n")
        out.writeBytes(passage.vouched)
        out.writeStaticString("\r\n")
    }

    /// The client's own line where it may stay as it is: origin-form in HTTP/1.1.
    private func writeRequestLine(_ head: borrowing RequestHead, _ octets: RawSpan, to out: inout ByteBuffer) {
        if !head.rewritesTarget, head.version == .http11 {
            out.writeBytes(octets.extracting(0..<head.lineEnd))
            return
        }
        out.writeBytes(octets.extracting(head.method.lowerBound..<head.method.upperBound + 1))
        out.writeBytes(octets.extracting(head.target.path.lowerBound..<head.target.query.upperBound))
        out.writeStaticString(" HTTP/1.1\r\n")
    }

    private func copyFields(
        _ head: borrowing RequestHead, _ octets: RawSpan, keepsAuthorization: Bool, to out: inout ByteBuffer
    ) {
        var runStart = head.lineEnd
        for field in head.section.fields {
            let keeps: Bool
            var mustBePlain = false
            switch field.kind {
            case .other: keeps = head.connectionOptions.isEmpty || !head.isNominated(field)
            case .host, .contentLength, .transferEncoding:
                mustBePlain = true
                keeps = field.isPlain(head.bytes.readableBytesUInt8Span)
            case .expect: keeps = true
            case .authorization: keeps = keepsAuthorization && !head.isNominated(field)
            case .connection, .hopByHop, .upgrade, .reserved, .framingLookalike: keeps = false
            }
            guard !keeps else { continue }
            out.writeBytes(octets.extracting(runStart..<Int(field.start)))
            if mustBePlain { field.writePlain(octets, to: &out) }
            runStart = Int(field.end)
        }
        out.writeBytes(octets.extracting(runStart..<head.fieldsEnd))
    }
}
