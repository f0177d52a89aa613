internal import NIOCore

extension FieldSection.Field {
    /// Whether the line is written in the form that nobody reads in another way: one SP before the value and nothing
    /// behind it.
    func isPlain(_ octets: Span<UInt8>) -> Bool {
        valueStart == nameEnd + 2 && end == valueEnd + 2 && octets[Int(nameEnd) + 1] == Octet.space
    }

    /// Writes the line in that form. A tab before `chunked` is legal, and among the oldest ways to have the next hop see
    /// another body than this one, so fields that decide about the message go on in this form only.
    func writePlain(_ octets: RawSpan, to out: inout ByteBuffer) {
        out.writeBytes(octets.extracting(name))
        out.writeStaticString(": ")
        out.writeBytes(octets.extracting(value))
        out.writeStaticString("\r\n")
    }
}
