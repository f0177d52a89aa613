package import NIOCore

/// A refusal as a response: a problem document (RFC 9457) with our stable code and the request's id.
package enum ProblemDocument {
    package static func write(
        _ refusal: borrowing Refusal, id: RequestID, isHead: Bool, closes: Bool, date: [UInt8], added: String = "",
        to out: inout ByteBuffer
    ) -> Int {
        var body = ByteBufferAllocator().buffer(capacity: usualLength)
        writeBody(refusal, id: id, to: &body)
        let length = body.readableBytes
        out.reserveCapacity(minimumWritableBytes: usualLength + length)
        out.writeStaticString("HTTP/1.1 ")
        out.writeString(String(refusal.status))
        out.writeInteger(Octet.space)
        out.writeString(reason(refusal.status))
        out.writeStaticString("\r\nContent-Type: application/problem+json\r\nContent-Length: ")
        out.writeString(String(length))
        out.writeStaticString("\r\nCache-Control: no-store\r\n")
        out.writeBytes(date)
        out.writeString(refusal.fieldLines)
        out.writeString(added)
        out.writeStaticString("X-Request-Id: ")
        out.writeRequestID(id)
        out.writeStaticString("\r\n")
        if closes { out.writeStaticString("Connection: close\r\n") }
        out.writeStaticString("\r\n")
        guard !isHead else { return 0 }
        out.writeBuffer(&body)
        return length
    }

    /// Octets that a head has room in, and a body: a flood of what is refused must not spend its time on growing buffers.
    private static let usualLength = 512

    /// Code, title and message are ours, so they need no escaping but for quotes in messages.
    private static func writeBody(_ refusal: borrowing Refusal, id: RequestID, to out: inout ByteBuffer) {
        out.writeStaticString("{\"type\":\"urn:gateway:refusal:")
        out.writeString(refusal.code)
        out.writeStaticString("\",\"title\":\"")
        out.writeString(refusal.title)
        out.writeStaticString("\",\"status\":")
        out.writeString(String(refusal.status))
        out.writeStaticString(",\"code\":\"")
        out.writeString(refusal.code)
        out.writeStaticString("\",\"error\":\"")
        writeEscaped(refusal.message, to: &out)
        out.writeStaticString("\",\"request_id\":\"")
        out.writeRequestID(id)
        out.writeInteger(Octet.quote)
        out.writeString(refusal.members)
        out.writeStaticString("}\n")
    }

    private static func writeEscaped(_ text: String, to out: inout ByteBuffer) {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == Octet.quote || $0 == 0x5C }) else {
            out.writeString(text)
            return
        }
        for octet in text.utf8 {
            if octet == Octet.quote || octet == 0x5C { out.writeInteger(UInt8(0x5C)) }
            out.writeInteger(octet < 0x20 ? Octet.space : octet)
        }
    }

    /// Reason phrases of RFC 9110 §15 and RFC 6585 for the statuses the gateway answers with.
    package static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 308: "Permanent Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 421: "Misdirected Request"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: "Refused"
        }
    }
}
