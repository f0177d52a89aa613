/// The reply to INFO: lines `name:value`, with comments and blank lines between.
struct ServerInformation {
    private var values: [Substring: Substring] = [:]
    /// Why a value is not there.
    private(set) var refusal = "not told by the server"

    init(_ reply: RedisReply) {
        switch reply {
        case .string(let text):
            for line in String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline) {
                let parts = line.split(separator: ":", maxSplits: 1)
                if parts.count == 2 { values[parts[0]] = parts[1] }
            }
        case .error(let error): refusal = error.message
        case .integer, .status, .absent, .array: break
        }
    }

    subscript(_ name: Substring) -> String? { values[name].map(String.init) }
}
