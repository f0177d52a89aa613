import Glibc

extension GatewayProcess {
    /// Files, sockets and all else that it has open now; where its limit is what matters, a sanitizer's too.
    func descriptorCount(withSanitizers: Bool = false) throws -> Int {
        guard let folder = opendir("/proc/\(pid)/fd") else { throw HarnessFailure("no /proc/\(pid)/fd") }
        defer { closedir(folder) }
        var count = 0
        while let entry = readdir(folder) {
            let number = Self.name(entry)
            if !number.hasPrefix("."), withSanitizers || !isOfSanitizer(number) { count += 1 }
        }
        return count
    }

    /// A sanitizer starts a process that knows the names of functions when it first needs one, and talks to it by pipes.
    private func isOfSanitizer(_ number: String) -> Bool {
        guard Sanitizer.isOn else { return false }
        var target = [CChar](repeating: 0, count: 256)
        let length = readlink("/proc/\(pid)/fd/\(number)", &target, target.count)
        return length > 5 && String(decoding: target[..<5].map { UInt8(bitPattern: $0) }, as: UTF8.self) == "pipe:"
    }

    private static func name(_ entry: UnsafeMutablePointer<dirent>) -> String {
        withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
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
