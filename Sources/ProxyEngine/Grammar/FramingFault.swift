/// Why the framing fields contradict each other or themselves.
enum FramingFault {
    case contentLength, contentLengthRepeated, transferEncoding, transferEncodingRepeated

    var asRequestFault: RequestFault {
        switch self {
        case .contentLength: .contentLength
        case .contentLengthRepeated: .contentLengthRepeated
        case .transferEncoding: .transferEncoding
        case .transferEncodingRepeated: .transferEncodingRepeated
        }
    }
}
