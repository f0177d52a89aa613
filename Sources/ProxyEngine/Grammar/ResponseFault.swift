/// Why an upstream's bytes are no response that may be passed on. The client gets 502 and the connection is closed.
package enum ResponseFault: Sendable, Equatable {
    case statusLine, versionUnsupported
    case field(FieldFault)
    case contentLength, contentLengthRepeated
    case transferEncoding, transferEncodingRepeated, transferEncodingInOldVersion, lengthAndTransferEncoding
    case framingLookalike, interimWithBody
    case headTooLarge, tooManyFields, tooManyInterim
    case unrequestedUpgrade
    case body(RequestFault)
    /// Octets came before the request was sent: whatever they are, they answer nothing.
    case unsolicited
    case closedEarly

    package var explanation: StaticString {
        switch self {
        case .statusLine: "the upstream's status line is malformed"
        case .versionUnsupported: "the upstream speaks a version other than HTTP/1.1 and HTTP/1.0"
        case .field(let fault): fault.explanation
        case .contentLength: "the upstream's Content-Length is not one decimal number"
        case .contentLengthRepeated: "the upstream sent more than one Content-Length"
        case .transferEncoding: "the upstream's transfer coding is not chunked"
        case .transferEncodingRepeated: "the upstream sent more than one Transfer-Encoding"
        case .transferEncodingInOldVersion: "the upstream sent Transfer-Encoding in HTTP/1.0"
        case .lengthAndTransferEncoding: "the upstream sent both Content-Length and Transfer-Encoding"
        case .framingLookalike: "the upstream sent a field that could be taken for a framing field"
        case .interimWithBody: "the upstream announced a body behind an interim response"
        case .headTooLarge: "the upstream's header section is too large"
        case .tooManyFields: "the upstream sent too many header fields"
        case .tooManyInterim: "the upstream sent too many interim responses"
        case .unrequestedUpgrade: "the upstream switched protocols without being asked"
        case .body(let fault): fault.explanation
        case .unsolicited: "the upstream sent a response before it was asked"
        case .closedEarly: "the upstream closed the connection before it answered"
        }
    }

    init(_ fault: FramingFault) {
        self =
            switch fault {
            case .contentLength: .contentLength
            case .contentLengthRepeated: .contentLengthRepeated
            case .transferEncoding: .transferEncoding
            case .transferEncodingRepeated: .transferEncodingRepeated
            }
    }
}
