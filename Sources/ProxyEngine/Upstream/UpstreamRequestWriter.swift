package import NIOCore

/// Writes the head of a request as the upstream gets it: the client's own, without what is not to be forwarded, and
/// behind it what the gateway vouches for.
///
/// Fields that stay are copied in runs, byte for byte. Without a ``Passage`` nothing can be written.
package final class UpstreamRequestWriter: Sendable {
    let upstream: UpstreamSettings
    /// The Host line of upstreams that have one of their own.
    private let hostLine: [UInt8]?

    package init(upstream: UpstreamSettings) {
        self.upstream = upstream
        hostLine = upstream.host.map { Array("Host: \($0)\r\n".utf8) }
    }

    /// - Parameters:
    ///   - server: the one the request goes to; its name serves requests that came without a Host (HTTP/1.0).
    ///   - forwarding: what is known of the client's connection.
    package func write(
        _ head: RequestHead, id: RequestID, _ passage: borrowing Passage, server: UpstreamSettings.Server,
        forwarding: ForwardingFields, to out: inout ByteBuffer
    ) {
        let bytes = head.bytes
        let octets = bytes.readableBytesSpan
        writeRequestLine(head, octets, to: &out)
        if let hostLine {
            out.writeBytes(hostLine)
        } else if head.host == nil {
            out.writeString("Host: \(server.authority)\r\n")
        }
        copyFields(
            head, octets, keepsHost: hostLine == nil, keepsAuthorization: passage.forwardsAuthorization, to: &out)
        if let left = head.maxForwards { out.writeString("Max-Forwards: \(max(0, left - 1))\r\n") }
        if head.traits.contains(.wantsWebSocket) {
            out.writeStaticString("Connection: Upgrade\r\nUpgrade: websocket\r\n")
        }
        // The version the request came in (RFC 9110 §7.6.3).
        if forwarding.isHTTP2 {
            out.writeStaticString("Via: 2.0 gateway\r\n")
        } else {
            out.writeStaticString(head.version == .http11 ? "Via: 1.1 gateway\r\n" : "Via: 1.0 gateway\r\n")
        }
        out.writeBytes(forwarding.lines(for: head))
        writeForwardedHost(head, octets, forwarding, to: &out)
        writeForwardedPrefix(head, forwarding, to: &out)
        out.writeStaticString("X-Request-Id: ")
        out.writeRequestID(id)
        out.writeStaticString("\r\n")
        out.writeBytes(passage.vouched)
        out.writeStaticString("\r\n")
    }

    /// Why a request that is permitted can't go to this upstream all the same; nil when it can.
    package func refusal(of head: RequestHead, _ passage: borrowing Passage) -> Refusal? {
        if case .length(let length) = head.framing, let limit = passage.maxBody, length > limit {
            return .bodyTooLarge
        }
        return beginsWithTwoSlashes(head) ? .strippedToDoubleSlash : nil
    }

    /// What is left of a path that was shortened must not be `//host`: a reference to another host for some readers
    /// (RFC 3986 §4.2).
    private func beginsWithTwoSlashes(_ head: RequestHead) -> Bool {
        guard upstream.strippedSegments > 0 else { return false }
        let (bytes, start) = (head.bytes, endOfStrippedSegments(head))
        let octets = bytes.readableBytesUInt8Span
        return start + 1 < head.target.path.upperBound && octets[start + 1] == Octet.slash
    }

    /// The client's own line where it may stay as it is: origin-form in HTTP/1.1.
    private func writeRequestLine(_ head: RequestHead, _ octets: RawSpan, to out: inout ByteBuffer) {
        if !head.rewritesTarget, head.version == .http11, !upstream.rewritesPath {
            out.writeBytes(octets.extracting(0..<head.lineEnd))
            return
        }
        out.writeBytes(octets.extracting(head.method.lowerBound..<head.method.upperBound + 1))
        out.writeBytes(upstream.basePath)
        let start = endOfStrippedSegments(head)
        if start == head.target.path.upperBound { out.writeInteger(Octet.slash) }
        out.writeBytes(octets.extracting(start..<head.target.query.upperBound))
        out.writeStaticString(" HTTP/1.1\r\n")
    }

    /// Segments are counted, not compared: the route matched them decoded, and the request may spell them with escapes.
    private func endOfStrippedSegments(_ head: RequestHead) -> Int {
        let (bytes, path) = (head.bytes, head.target.path)
        let octets = bytes.readableBytesUInt8Span
        var (position, left) = (path.lowerBound, upstream.strippedSegments)
        while left > 0, position < path.upperBound {
            position += 1
            while position < path.upperBound, octets[position] != Octet.slash { position += 1 }
            left -= 1
        }
        return position
    }

    private func writeForwardedHost(
        _ head: RequestHead, _ octets: RawSpan, _ forwarding: ForwardingFields, to out: inout ByteBuffer
    ) {
        if let given = forwarding.host(for: head) {
            out.writeString("X-Forwarded-Host: \(given)\r\n")
        } else if let host = head.host {
            out.writeStaticString("X-Forwarded-Host: ")
            out.writeBytes(octets.extracting(host))
            out.writeStaticString("\r\n")
        }
    }

    /// What was taken off the path, here and by trusted proxies in front. There is no standard for it; applications know it by this name.
    private func writeForwardedPrefix(_ head: RequestHead, _ forwarding: ForwardingFields, to out: inout ByteBuffer) {
        guard forwarding.isTrusted || !upstream.strippedPrefix.isEmpty else { return }
        let outer = forwarding.prefix(for: head)
        guard outer != nil || !upstream.strippedPrefix.isEmpty else { return }
        out.writeStaticString("X-Forwarded-Prefix: ")
        if let outer { out.writeString(outer) }
        out.writeBytes(upstream.strippedPrefix)
        out.writeStaticString("\r\n")
    }

    private func copyFields(
        _ head: RequestHead, _ octets: RawSpan, keepsHost: Bool, keepsAuthorization: Bool,
        to out: inout ByteBuffer
    ) {
        let bytes = head.bytes
        var runStart = head.lineEnd
        for field in head.section.fields {
            let keeps: Bool
            var mustBePlain = false
            switch field.kind {
            case .other, .date, .location, .setCookie:
                keeps = head.connectionOptions.isEmpty || !head.isNominated(field)
            // Written anew, one less, where it counts.
            case .maxForwards where head.maxForwards != nil: keeps = false
            case .maxForwards: keeps = head.connectionOptions.isEmpty || !head.isNominated(field)
            case .host where !keepsHost: keeps = false
            case .host, .contentLength, .transferEncoding:
                mustBePlain = true
                keeps = field.isPlain(bytes.readableBytesUInt8Span)
            // In HTTP/1.0 there is none (RFC 9110 §10.1.1).
            case .expect: keeps = head.version == .http11
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
