import Glibc

/// A file that one gateway sees as its `/etc/hosts`, in a mount namespace of its own where nothing else is asked for names.
final class PrivateHosts: Sendable {
    private let folder: TemporaryFolder
    private let path: String

    /// - Parameter isPipe: who looks up a name hangs until ``release(until:)``; then there is none.
    init(_ lines: String..., isPipe: Bool = false) throws {
        folder = try TemporaryFolder()
        path = folder.path + "/hosts"
        try folder.write("nsswitch.conf", "hosts: files\n", mode: 0o644)
        if isPipe {
            guard mkfifo(path, 0o644) == 0 else { throw HarnessFailure("mkfifo: \(errorText(errno))") }
        } else {
            try write(lines)
        }
    }

    /// Starts a program that sees the file. The mounts need privileges, which the program does not get.
    var launcher: [String] {
        let mounts = "mount --bind \(path) /etc/hosts && mount --bind \(folder.path)/nsswitch.conf /etc/nsswitch.conf"
        return Self.unshare + ["sh", "-c", "\(mounts) && exec \"$@\"", "sh"] + LeastUser.launcher
    }

    private static var unshare: [String] { ["unshare", geteuid() == 0 ? "-m" : "-rm"] }

    /// Not everybody may make a namespace.
    static let isPossible =
        (try? run(
            unshare + ["sh", "-c", "mount --bind /etc/hosts /etc/hosts && test -e /etc/nsswitch.conf"],
            needsPrivileges: true
        )
        .status)
        == .exited(0)

    /// In one write, over what is there: nobody reads a half of it. The text must not get shorter.
    func write(_ lines: [String]) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw HarnessFailure("open \(path): \(errorText(errno))") }
        defer { close(file) }
        let text = Array((["127.0.0.1 localhost"] + lines).joined(separator: "\n").utf8) + [0x0A]
        guard Glibc.write(file, text, text.count) == text.count else {
            throw HarnessFailure("write \(path): \(errorText(errno))")
        }
    }

    /// Whoever waits for the pipe to be opened goes on, until the gate opens. Ends only then.
    func release(until gate: Gate) {
        while !gate.hasOpened {
            let file = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
            if file >= 0 { close(file) }
            poll(nil, 0, 5)
        }
    }
}
