// swift-tools-version: 6.2
import PackageDescription

/// The same strictness for every target: Swift 6 mode, warnings are errors, `any` is written out,
/// imports are internal unless they say otherwise, members come only from modules that are imported.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// `make fuzz` sets it, and builds into a folder of its own: our code with the counters of libFuzzer and the checks of
/// AddressSanitizer in it, and one more executable. The libraries that we use are built as always.
let isFuzzed = Context.environment["GATEWAY_FUZZ"] != nil
let ours = strict + (isFuzzed ? [.unsafeFlags(["-sanitize=fuzzer,address", "-parse-as-library"])] : [])

/// `make test-sanitized` sets it to `address` or `thread`, and builds into a folder of its own: the same with the checks of
/// a sanitizer in it. Its run-time library has to be seen from Swift's, so that is not linked into the gateway then.
let sanitizer = Context.environment["GATEWAY_SANITIZER"]
let sanitizerParts: [Target.Dependency] = sanitizer == nil ? [] : ["SanitizerHooks", "SanitizerPlants"]

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")

let package = Package(
    name: "gateway",
    products: [
        .executable(name: "gateway", targets: ["Gateway"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-http2", exact: "1.46.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    ],
    targets: [
        // The arrows of docs/life-of-a-request.md. The build enforces them
        // (--explicit-target-dependency-import-check error).
        .executableTarget(
            name: "Gateway",
            dependencies: [
                "ProxyEngine", "AuthFilter", "Routes", "RedisBlacklist", "Accounts", "RateLimits", "CICUData",
                nioCore, nioPosix, nioHTTP1,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ] + sanitizerParts,
            swiftSettings: strict,
            // One file to deploy, without a Swift installation beside it; and calls into the runtime that need no
            // detour through the dynamic linker. Only the link differs, so tests share all objects with it.
            linkerSettings: sanitizer != nil
                ? []
                : [
                    .unsafeFlags(
                        [
                            "-static-stdlib", "-lFoundation", "-lFoundationInternationalization",
                            "-lFoundationEssentials", "-lCoreFoundation", "-l_FoundationICU",
                            "-l_FoundationCollections",
                            "-l_FoundationCShims",
                            // Nothing is loaded into the gateway that would look for its symbols.
                            "-Xlinker", "--no-export-dynamic",
                        ],
                        .when(configuration: .release))
                ]),
        // Instead of 34 MB that nothing here reads: docs/decisions/0022-size.md.
        .target(name: "CICUData"),
        .target(
            name: "ProxyEngine",
            dependencies: [
                nioCore, nioPosix, nioTLS, .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
            ],
            swiftSettings: ours),
        .target(name: "AuthFilter", dependencies: ["Routes", "COpenSSL"], swiftSettings: ours),
        .target(name: "Routes", swiftSettings: ours),
        .target(name: "RateLimits", dependencies: ["Routes"], swiftSettings: strict),
        .target(
            name: "Accounts",
            dependencies: [
                "AuthFilter", "RateLimits", "Routes", "CCrypt", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .target(name: "RedisBlacklist", dependencies: ["CHiredis", nioCore, nioPosix], swiftSettings: ours),

        .executableTarget(
            name: "MatchingCost", dependencies: ["Routes"], path: "Benchmarks/MatchingCost", swiftSettings: strict),

        .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CCrypt", providers: [.apt(["libcrypt-dev"])]),
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),

        .testTarget(name: "RoutesTests", dependencies: ["Routes"], swiftSettings: strict),
        .testTarget(name: "RateLimitsTests", dependencies: ["RateLimits", "Routes"], swiftSettings: strict),
        .testTarget(name: "AuthFilterTests", dependencies: ["AuthFilter", "Routes"], swiftSettings: strict),
        .testTarget(
            name: "ProxyEngineTests", dependencies: ["ProxyEngine", nioCore, nioPosix], swiftSettings: strict),
        .testTarget(
            name: "RedisBlacklistTests", dependencies: ["RedisBlacklist", "TestSupport", nioCore, nioPosix],
            swiftSettings: strict),
        .testTarget(name: "WireTests", dependencies: ["TestSupport"] + sanitizerParts, swiftSettings: strict),
        .target(name: "TestSupport", path: "Tests/Support", swiftSettings: strict),
    ]
)

if isFuzzed {
    package.targets += [
        .systemLibrary(name: "CLibFuzzer", path: "Fuzz/CLibFuzzer"),
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "ProxyEngine", "AuthFilter", "Routes", "RedisBlacklist", "CLibFuzzer", nioCore,
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
            ],
            path: "Fuzz/Sources", swiftSettings: ours,
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]),
    ]
}

if let sanitizer {
    // What ThreadSanitizer has to be told about Swift's runtime: see mutex.c and continuation.c.
    let wrapped =
        ["9_lockSlowyys6UInt32VF", "11_unlockSlowyyF"].map { "$s15Synchronization12_MutexHandleV" + $0 }
        + ["resume", "throwingResume", "throwingResumeWithError", "await"].map { "swift_continuation_" + $0 }
    package.targets += [
        .target(
            name: "SanitizerHooks", path: "Tests/Sanitizers/Hooks",
            linkerSettings: sanitizer != "thread"
                ? [] : [.unsafeFlags(wrapped.flatMap { ["-Xlinker", "--wrap=" + $0] })]),
        .target(name: "SanitizerPlants", path: "Tests/Sanitizers/Plants", swiftSettings: strict),
    ]
}
