/// One reply of the server, RESP2.
package enum RedisReply: Sendable, Equatable {
    case integer(Int64)
    case string([UInt8])
    case status([UInt8])
    case error(ErrorReply)
    /// A null: GET of a key that does not exist.
    case absent
    case array([RedisReply])
}
