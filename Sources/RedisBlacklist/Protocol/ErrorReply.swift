/// What the server said instead of an answer. The text is the server's own: escape it before it reaches a log.
package struct ErrorReply: Error, Sendable, Equatable {
    /// Redis's own messages are shorter; a longer one is not worth a log's room.
    private static let longestMessage = 200

    package let message: String

    package init(_ bytes: some Collection<UInt8>) {
        message = String(decoding: bytes.prefix(Self.longestMessage), as: UTF8.self)
    }

    /// The word in front: `WRONGTYPE`, `NOAUTH`, `ERR`.
    package var code: Substring { message.prefix { $0 != " " } }

    /// The code alone. "ERR unknown command 'AUTH', with args beginning with: …" repeats the password.
    var withoutText: ErrorReply { ErrorReply(Array(code.utf8)) }
}
