import Glibc

extension GatewayProcess {
    /// Files, sockets and all else that it has open now.
    func descriptorCount() throws -> Int {
        guard let folder = opendir("/proc/\(pid)/fd") else { throw HarnessFailure("no /proc/\(pid)/fd") }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        return count - 2  // . and ..
    }
}

extension Stage {
    /// What the gateway has open besides its connections to the upstream, which come and go as they please.
    private func ownDescriptors() throws -> Int { try gateway.descriptorCount() - upstream.openConnectionCount }

    /// Whatever the clients of `body` did, nothing of them stays open in the gateway.
    func expectingNoLeak(_ body: () throws -> Void) throws {
        let before = try ownDescriptors()
        try body()
        try eventually("the gateway to close what it opened") { try ownDescriptors() <= before }
    }
}
