import Glibc
internal import Synchronization

/// What the tests' programs need of the checkout, where ``LeastUser`` can read it.
enum CheckoutCopy {
    /// Removed when the tests end.
    private static let folders = Mutex<[TemporaryFolder]>([])

    /// - Returns: `checkout`, or a copy of its files and of the release binary.
    static func reachable(_ checkout: String) -> String {
        guard LeastUser.isNeeded, !succeeds(["test", "-r", checkout + "/routes.conf"]) else { return checkout }
        return copy(checkout) {
            """
            cd '\(checkout)' && tar --exclude='./.build*' --exclude=./.git -cf - . | tar -C '\($0)' --no-same-owner -xf - &&
            mkdir -p '\($0)/.build/release' && cp .build/release/gateway '\($0)/.build/release' && chmod -R a+rX '\($0)'
            """
        }
    }

    /// - Returns: the program, or a copy of it.
    static func reachable(program: String) -> String {
        guard LeastUser.isNeeded, !succeeds(["test", "-x", program]) else { return program }
        let folder = copy(program) { "cp '\(program)' '\($0)/gateway' && chmod 755 '\($0)/gateway'" }
        return folder == program ? program : folder + "/gateway"
    }

    private static func copy(_ original: String, _ script: (String) -> String) -> String {
        guard let folder = try? TemporaryFolder(),
            succeeds(["/bin/sh", "-c", script(folder.path)], needsPrivileges: true)
        else { return original }
        let isFirst = folders.withLock { folders in
            folders.append(folder)
            return folders.count == 1
        }
        if isFirst { atexit { CheckoutCopy.folders.withLock { $0 = [] } } }
        return folder.path
    }

    private static func succeeds(_ command: [String], needsPrivileges: Bool = false) -> Bool {
        let result = try? run(command, within: .seconds(60), needsPrivileges: needsPrivileges)
        return result?.status == .exited(0)
    }
}
