import Glibc

/// What a gateway is started in that leaves it no privileges.
enum Confinement: String, Sendable, CaseIterable, CustomStringConvertible {
    /// Another user than root, as a service has one.
    case user
    /// Root without capabilities in a user namespace of its own, as in a container without privileges.
    case container

    var description: String { rawValue }

    /// For a program that is started as ``LeastUser``.
    var launcher: [String] {
        switch self {
        case .user: []
        case .container:
            [
                "unshare", "--user", "--map-root-user", "setpriv", "--bounding-set=-all", "--inh-caps=-all",
                "--no-new-privs",
            ]
        }
    }

    /// The user that the program sees itself as.
    var user: uid_t {
        switch self {
        case .user: LeastUser.isNeeded ? LeastUser.id : geteuid()
        case .container: 0
        }
    }

    /// Those that this machine has; the ones that it lacks are named on standard output.
    static let possible = allCases.filter { confinement in
        let tried = try? run(confinement.launcher + ["true"])
        if tried?.status == .exited(0) { return true }
        print("Not tested, since nobody may start it here: \(confinement): \(tried?.errors ?? "")")
        return false
    }
}
