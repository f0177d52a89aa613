import Glibc

extension GatewayProcess {
    /// The processor time it has used, in hundredths of a second (proc(5), utime and stime).
    func processorTicks() throws -> Int {
        guard let file = fopen("/proc/\(pid)/stat", "re") else { throw HarnessFailure("no /proc/\(pid)/stat") }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 1024)
        guard fgets(&line, Int32(line.count), file) != nil else { throw HarnessFailure("/proc/\(pid)/stat is empty") }
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // Behind the name, which may hold blanks: the state, and eleven fields on the two times.
        let words = text.split(separator: ")").last?.split(separator: " ") ?? []
        guard words.count > 12, let user = Int(words[11]), let system = Int(words[12]) else {
            throw HarnessFailure("no times in \(text)")
        }
        return user + system
    }
}
