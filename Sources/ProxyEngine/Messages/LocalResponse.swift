internal import NIOCore

/// A response of the gateway's own that is no refusal.
package struct LocalResponse: Sendable {
    package var status: Int
    /// Whole field lines, each with its CRLF.
    package var fieldLines: String
    /// JSON; empty for none.
    package var body: [UInt8]

    package init(status: Int, fieldLines: String = "", body: [UInt8] = []) {
        self.status = status
        self.fieldLines = fieldLines
        self.body = body
    }

    func write(id: RequestID, isHead: Bool, closes: Bool, date: [UInt8], added: String, to out: inout ByteBuffer)
        -> Int
    {
        out.writeString("HTTP/1.1 \(status) \(ProblemDocument.reason(status))\r\n")
        if !body.isEmpty { out.writeStaticString("Content-Type: application/json\r\n") }
        // RFC 9110 §8.6: a 204 has no Content-Length.
        if status != 204 { out.writeString("Content-Length: \(body.count)\r\n") }
        out.writeStaticString("Cache-Control: no-store\r\n")
        out.writeBytes(date)
        out.writeString(fieldLines)
        out.writeString(added)
        out.writeStaticString("X-Request-Id: ")
        out.writeRequestID(id)
        out.writeStaticString("\r\n")
        if closes { out.writeStaticString("Connection: close\r\n") }
        out.writeStaticString("\r\n")
        guard !isHead else { return 0 }
        out.writeBytes(body)
        return body.count
    }
}
