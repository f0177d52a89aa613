import RedisBlacklist
import Testing

@Suite("The server's settings are read for warnings")
struct ServerInspectionTests {
    private func inspect(memory: String, persistence: String, save: RedisReply) -> ServerInspection? {
        ServerInspection(replies: [.string(Array(memory.utf8)), .string(Array(persistence.utf8)), save])
    }

    private func save(_ schedule: String) -> RedisReply {
        .array([.string(Array("save".utf8)), .string(Array(schedule.utf8))])
    }

    @Test("A policy that evicts is told with its limit", arguments: ["allkeys-lru", "volatile-ttl"])
    func evicts(policy: String) {
        let memory = "# Memory\r\nmaxmemory:3145728\r\nmaxmemory_policy:\(policy)\r\n"
        let inspection = inspect(memory: memory, persistence: "aof_enabled:0\r\n", save: save(""))
        #expect(inspection?.eviction == .possible(policy: policy, maximumMemory: 3_145_728))
        #expect(inspection?.persistence == ServerInspection.Persistence.none)
    }

    @Test("A server that evicts nothing and writes a file is well")
    func well() {
        let memory = "maxmemory_policy:noeviction\r\n"
        #expect(inspect(memory: memory, persistence: "aof_enabled:1\r\n", save: save(""))?.eviction == .never)
        #expect(
            inspect(memory: memory, persistence: "aof_enabled:1\r\n", save: save(""))?.persistence == .appendOnlyFile)
        #expect(
            inspect(memory: memory, persistence: "aof_enabled:0\r\n", save: save("3600 1"))?.persistence == .snapshots)
    }

    @Test("What the server forbids is unknown, with its reason")
    func forbidden() {
        let error = RedisReply.error(ErrorReply("NOPERM no".utf8))
        let inspection = ServerInspection(replies: [error, error, error])
        #expect(inspection?.eviction == .unknown("NOPERM no"))
        #expect(inspection?.persistence == .unknown("NOPERM no"))
        #expect(ServerInspection(replies: []) == nil)
    }
}
