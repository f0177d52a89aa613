import Glibc

/// What `make test-sanitized` says in the environment (scripts/sanitized.py); nothing, in every other run.
enum Sanitizer {
    /// Whether the gateway is one with a sanitizer's checks in it, and with its memory and slowness.
    static let isOn = variable("GATEWAY_SANITIZER") != nil

    /// How many times longer everything may take.
    static let patience = variable("GATEWAY_TEST_PATIENCE").flatMap { Int($0) } ?? 1

    /// What every process of the tests must be given, so that a gateway writes its reports where they are looked for.
    static let environment: [String: String] = {
        let names = ["ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "GATEWAY_SANITIZER_PLANT"]
        return names.reduce(into: [:]) { found, name in found[name] = variable(name) }
    }()

    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
