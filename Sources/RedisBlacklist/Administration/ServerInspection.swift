/// What the server's settings mean for the blacklist, read at start-up for warnings. `unknown` carries the server's
/// refusal: hosted servers forbid CONFIG, a careful one forbids INFO.
package struct ServerInspection: Sendable, Equatable {
    package enum Eviction: Sendable, Equatable {
        /// `noeviction`: a full server refuses writes, which the writer notices.
        case never
        /// A full server drops logouts silently: `allkeys-*` any key, and `volatile-*` exactly the keys with a TTL, which
        /// all logouts have. `maximumMemory` is 0 while there is no limit, so that nothing is dropped until one is set.
        case possible(policy: String, maximumMemory: Int64)
        case unknown(String)
    }

    package enum Persistence: Sendable, Equatable {
        case appendOnlyFile
        /// Only from time to time: a crash forgets the logouts since the last snapshot.
        case snapshots
        /// A restart forgets every logout.
        case none
        case unknown(String)
    }

    package let eviction: Eviction
    package let persistence: Persistence
}

extension ServerInspection {
    /// INFO tells the policy too, and is allowed where CONFIG is not; the snapshot schedule only CONFIG tells.
    static let commands: [RedisCommand] = [.info(section: "memory"), .info(section: "persistence"), .configGet("save")]

    /// Reads the replies to `commands`; nil when there are not as many.
    package init?(replies: [RedisReply]) {
        guard replies.count == Self.commands.count else { return nil }
        eviction = Self.eviction(memory: ServerInformation(replies[0]))
        persistence = Self.persistence(ServerInformation(replies[1]), save: replies[2])
    }

    private static func eviction(memory: ServerInformation) -> Eviction {
        guard let policy = memory["maxmemory_policy"] else { return .unknown(memory.refusal) }
        guard policy != "noeviction" else { return .never }
        return .possible(policy: policy, maximumMemory: memory["maxmemory"].flatMap { Int64($0) } ?? 0)
    }

    private static func persistence(_ information: ServerInformation, save: RedisReply) -> Persistence {
        if information["aof_enabled"] == "1" { return .appendOnlyFile }
        switch save {
        case .array(let pair):
            guard case .string(let schedule)? = pair.last, pair.count == 2 else { return .unknown("no such setting") }
            if !schedule.isEmpty { return .snapshots }
            return information["aof_enabled"] == "0" ? .none : .unknown(information.refusal)
        case .error(let error): return .unknown(error.message)
        case .integer, .string, .status, .absent: return .unknown("no such setting")
        }
    }
}
