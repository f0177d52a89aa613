import Glibc

extension GatewayProcess {
    /// Whether it never held more. With a sanitizer its memory is mostly the sanitizer's, and says nothing.
    func neverHeldMore(thanMegabytes limit: Int) throws -> Bool {
        try Sanitizer.isOn || peakResidentMegabytes() < limit
    }

    /// The most memory that it ever held, of the kernel's account (VmHWM).
    private func peakResidentMegabytes() throws -> Int {
        guard let file = fopen("/proc/\(pid)/status", "re") else { throw HarnessFailure("no /proc/\(pid)/status") }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let words = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                .split { $0 == " " || $0 == "\t" }
            if words.count > 1, words[0] == "VmHWM:", let kilobytes = Int(words[1]) { return kilobytes / 1024 }
        }
        throw HarnessFailure("no VmHWM of process \(pid)")
    }
}
