/// Why a text is not the JSON we read. The position is the offset of the offending byte.
package enum JSONFault: Error, Sendable, Equatable {
    case tooLarge
    case endsEarly
    case unexpectedByte(at: Int)
    case malformedNumber(at: Int)
    case malformedEscape(at: Int)
    case loneSurrogate(at: Int)
    case controlInString(at: Int)
    case invalidUTF8(at: Int)
    case duplicateName(at: Int)
    case tooDeep(at: Int)
    case tooManyMembers(at: Int)
    case trailingBytes(at: Int)

    /// One plain sentence without a full stop, for logs and `gateway token inspect`.
    package var explanation: String {
        switch self {
        case .tooLarge: "the JSON text is larger than we read"
        case .endsEarly: "the JSON text ends in the middle"
        case .unexpectedByte(let at): "a byte at offset \(at) that JSON does not allow there"
        case .malformedNumber(let at): "a malformed number at offset \(at)"
        case .malformedEscape(let at): "a malformed escape at offset \(at)"
        case .loneSurrogate(let at): "half of a surrogate pair at offset \(at)"
        case .controlInString(let at): "a raw control character in a string at offset \(at)"
        case .invalidUTF8(let at): "invalid UTF-8 at offset \(at)"
        case .duplicateName(let at): "a second member of the same name at offset \(at)"
        case .tooDeep(let at): "more than \(JSONLimits.depth) levels of nesting at offset \(at)"
        case .trailingBytes(let at): "something after the JSON value at offset \(at)"
        case .tooManyMembers(let at): "more than \(JSONLimits.members) members at offset \(at)"
        }
    }
}
