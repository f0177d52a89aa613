/// The commands this module sends.
package enum RedisCommand: Sendable, Equatable {
    case exists([UInt8])
    case get([UInt8])
    case authenticate(user: String?, password: [UInt8])
    case select(Int)
    case set([UInt8], value: [UInt8], milliseconds: Int64)
    case info(section: String)
    case configGet(String)
    case clientID
    case subscribe([UInt8])
    /// Tell of every change below the prefix, to the connection with this id.
    case track(redirectingTo: Int64, prefix: [UInt8])
    case scan([UInt8], matching: [UInt8], count: Int)
    case ping
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
        case .clientID: [Array("CLIENT".utf8), Array("ID".utf8)]
        case .subscribe(let channel): [Array("SUBSCRIBE".utf8), channel]
        case .track(let id, let prefix):
            ["CLIENT", "TRACKING", "ON", "REDIRECT", "\(id)", "BCAST", "PREFIX"].map { Array($0.utf8) } + [prefix]
        case .scan(let cursor, let pattern, let count):
            [Array("SCAN".utf8), cursor, Array("MATCH".utf8), pattern, Array("COUNT".utf8), Array("\(count)".utf8)]
        case .ping: [Array("PING".utf8)]
        case .evaluate(let script, let keys, let arguments):
            [Array("EVAL".utf8), script, Array("\(keys.count)".utf8)] + keys + arguments
        case .configGet(let parameter): [Array("CONFIG".utf8), Array("GET".utf8), Array(parameter.utf8)]
        }
    }
}
