import Glibc

/// The user that the tests' programs run as: 65534 without a capability where the tests run as root, since that is how a
/// service runs, and what only root may do would not be noticed otherwise. Where the tests have another user, that one.
enum LeastUser {
    static let id: uid_t = 65534
    static let isNeeded = geteuid() == 0

    /// Gives up everything and starts what stands after it, under the same process id. `no-new-privs`: no set-user-ID
    /// program brings anything back.
    static let launcher =
        isNeeded
        ? [
            "setpriv", "--reuid=\(id)", "--regid=\(id)", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all",
            "--no-new-privs",
        ] : []

    /// A file or folder that the tests made becomes that user's.
    static func own(_ path: String) throws {
        guard isNeeded else { return }
        guard chown(path, id, id) == 0 else { throw HarnessFailure("chown \(path): \(errorText(errno))") }
    }

    /// Where programs are looked for: without the folders that this user can't enter, such as those below root's home.
    static let path: String = {
        let all = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        guard isNeeded else { return all }
        return all.split(separator: ":").filter { canBeEntered(String($0)) }.joined(separator: ":")
    }()

    private static func canBeEntered(_ folder: String) -> Bool {
        var part = ""
        return folder.split(separator: "/").allSatisfy { name in
            part += "/\(name)"
            var status = stat()
            return stat(part, &status) == 0 && status.st_mode & S_IXOTH != 0
        }
    }
}
