internal import Testing

@Suite("What the repository promises a newcomer")
struct RepositoryWireTests {
    @Test(
        "The committed configurations are right, and their expectations hold",
        arguments: [
            "routes.conf", "examples/redis.conf", "examples/roles.conf", "examples/tenants.conf",
            "examples/jwt-guide.conf",
            "examples/redis-password.conf", "examples/tls-upstream.conf", "examples/hosts.conf",
            "examples/edge.conf",
        ])
    func configurations(file: String) throws {
        let result = try run([Paths.gateway, "check", "\(Paths.package)/\(file)"])
        #expect(result.status == .exited(0), "\(result.output)\(result.errors)")
    }

    @Test("Each line that `make run` and `make run-redis` print does what it says", arguments: ["accounts", "redis"])
    func demo(name: String) throws {
        let result = try run(
            ["\(Paths.package)/demo/\(name).sh", "--check"], environment: ["GATEWAY_BIN": Paths.gateway],
            within: .seconds(120))
        #expect(result.status == .exited(0), "\(result.output)\(result.errors)")
    }

    @Test("The gateway carries none of ICU's data, which would be 34 MB")
    func size() throws {
        let sections = try run(["readelf", "-SW", Paths.gateway]).output.split(separator: "\n")
        let words = sections.first { $0.contains(" .rodata ") }?.split(separator: " ") ?? []
        // [Nr] Name Type Address Off Size …
        let size = words.firstIndex(of: ".rodata").flatMap { Int(words[$0 + 4], radix: 16) } ?? .max
        #expect(size < 10 * 1024 * 1024, "\(words)")
    }

    @Test("No source asks Foundation for what needs ICU's data: formatters would end the process")
    func formatters() throws {
        let names = [
            "DateFormatter", "DateIntervalFormatter", "ISO8601DateFormatter", "NumberFormatter", "MeasurementFormatter",
            "ByteCountFormatter", "TimeZone", "Calendar", "Locale", "NSDate", "Date\\(", "Date[.?]", "[:<] *Date\\b",
        ]
        // Before a comment begins.
        let pattern = "^([^/]|/[^/])*(\\b(\(names.joined(separator: "|")))|[.](localized[A-Z]|formatted\\())"
        let found = try run(["grep", "-rnE", "--include=*.swift", pattern, "\(Paths.package)/Sources"])
        // Of grep: nothing was found.
        #expect(found.status == .exited(1), "\(found.output)\(found.errors)")
    }
}
