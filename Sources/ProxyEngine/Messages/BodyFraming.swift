/// Where the body of a message ends (RFC 9112 §6.3).
package enum BodyFraming: Sendable, Equatable {
    case none
    case length(Int)
    case chunked
    /// Responses only: the body ends when the upstream closes.
    case untilClose

    /// Without chunks only the end of the connection would tell the end.
    var hasNoLength: Bool { self == .untilClose || self == .chunked }
}

/// Content-Length and Transfer-Encoding of one message, each at most once and in one form:
///
///     Content-Length    = 1*DIGIT
///     Transfer-Encoding = "chunked"
///
/// RFC 9110 §8.6 lets a recipient repair repeated equal lengths; here they are refused like every other doubt.
struct FramingFields {
    private var length: Int?
    private(set) var isChunked = false

    mutating func read(_ field: FieldSection.Field, _ octets: Span<UInt8>) -> FramingFault? {
        if field.kind == .contentLength {
            guard length == nil else { return .contentLengthRepeated }
            guard let value = octets.decimal(field.value) else { return .contentLength }
            length = value
        } else {
            guard !isChunked else { return .transferEncodingRepeated }
            guard octets.equalsIgnoringCase(field.value, "chunked") else { return .transferEncoding }
            isChunked = true
        }
        return nil
    }

    enum Verdict {
        case framing(BodyFraming)
        /// Both fields: the classic of request smuggling (RFC 9112 §6.1).
        case ambiguous
    }

    /// As a request has it: without either field there is no body.
    var framing: Verdict {
        switch (length, isChunked) {
        case (nil, false): .framing(.none)
        case (nil, true): .framing(.chunked)
        case (0?, false): .framing(.none)
        case (let length?, false): .framing(.length(length))
        case (_?, true): .ambiguous
        }
    }

    var hasLength: Bool { length != nil }
}
