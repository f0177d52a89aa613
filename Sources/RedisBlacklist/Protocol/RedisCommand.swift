/// The commands this module sends.
package enum RedisCommand: Sendable, Equatable {
    case exists([UInt8])
    case get([UInt8])
    case authenticate(user: String?, password: [UInt8])
    case select(Int)
    case set([UInt8], value: [UInt8], milliseconds: Int64)
    case info(section: String)
    case configGet(String)
    case evaluate(script: [UInt8], keys: [[UInt8]], arguments: [[UInt8]])
}

extension RedisCommand {
    /// Name and arguments, in order.
    var words: [[UInt8]] {
        switch self {
        case .exists(let key): [Array("EXISTS".utf8), key]
        case .get(let key): [Array("GET".utf8), key]
        case .authenticate(user: nil, let password): [Array("AUTH".utf8), password]
        case .authenticate(user: let user?, let password): [Array("AUTH".utf8), Array(user.utf8), password]
        case .select(let database): [Array("SELECT".utf8), Array(String(database).utf8)]
        case .set(let key, let value, let milliseconds):
            [Array("SET".utf8), key, value, Array("PX".utf8), Array(String(milliseconds).utf8)]
        case .info(let section): [Array("INFO".utf8), Array(section.utf8)]
        case .evaluate(let script, let keys, let arguments):
            [Array("EVAL".utf8), script, Array("\(keys.count)".utf8)] + keys + arguments
        case .configGet(let parameter): [Array("CONFIG".utf8), Array("GET".utf8), Array(parameter.utf8)]
        }
    }
}
