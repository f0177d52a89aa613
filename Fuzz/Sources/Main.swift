internal import CLibFuzzer
internal import Foundation

// Fuzz TARGET [option of libFuzzer…] [folder or file…]
//
// SwiftPM calls an executable's entry by its module's name and has the linker call it `main`. A `main` of Swift's own
// would not do: with -sanitize=fuzzer the compiler makes none.
@c(Fuzz_main)
func main(_ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> CInt {
    let names = CommandLine.arguments
    guard let target = FuzzTarget(named: names) else {
        print("usage: Fuzz TARGET [option of libFuzzer…] [folder or file…]")
        print("targets: \(FuzzTarget.allCases.map(\.rawValue).joined(separator: " "))")
        return 2
    }
    // libFuzzer starts itself anew to make a crash smaller, with its own arguments only.
    setenv(FuzzTarget.variable, target.rawValue, 1)
    let isNamed = names.dropFirst().first == target.rawValue
    if isNamed { arguments[1] = arguments[0] }
    var (count, arguments) = isNamed ? (count - 1, Optional(arguments + 1)) : (count, arguments)
    return LLVMFuzzerRunDriver(&count, &arguments) { data, size in
        let input = [UInt8](UnsafeRawBufferPointer(start: data, count: size))
        MainActor.assumeIsolated { Fuzzing.run(input) }
        return 0
    }
}

/// The one harness of this process. libFuzzer calls back on the main thread, with nothing that could carry it.
@MainActor
private enum Fuzzing {
    static let harness: any Harness = {
        guard let target = FuzzTarget(named: []) else { stop("no target") }
        do { return try target.harness() } catch { stop("the harness of \(target.rawValue) can't be made: \(error)") }
    }()

    static func run(_ input: [UInt8]) {
        do throws(Objection) { try harness.check(input) } catch { stop("objection: \(error)") }
    }

    /// What libFuzzer takes for a crash.
    private static func stop(_ reason: String) -> Never {
        FileHandle.standardError.write(Data("\(reason)\n".utf8))
        abort()
    }
}
