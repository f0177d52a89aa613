/// What is wrong with bytes that should be a reply. The stream can't be trusted after any of them.
package enum ReplyFault: String, Error, Sendable {
    case malformed = "not a Redis reply"
    case tooLarge = "a reply above the size limit"
    case tooManyElements = "an array above the limit"
    case unexpectedType = "a reply of a type that the command does not have"
    case unasked = "a reply that nothing asked for"
    case outOfMemory = "out of memory"
}
