import Glibc

/// A disk with too little room for one gateway's log: a file system of 64 KB in a mount namespace of its own, where other files
/// take some of it.
///
/// Where nobody may mount one, a limit of the file's size stands for it, and standard output says so. The kernel says another
/// word then, and only emptying the log itself makes room.
struct FullDisk: Sendable {
    static let isMounted: Bool = {
        let tried = try? run(
            unshare + ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "/tmp"], needsPrivileges: true)
        if tried?.status == .exited(0) { return true }
        print("No file system can be mounted here, so a limit of the file's size stands for it: \(tried?.errors ?? "")")
        return false
    }()
    private static var unshare: [String] { ["unshare", geteuid() == 0 ? "-m" : "-rm"] }

    /// What the kernel says of a write that finds no room.
    static var reason: String { isMounted ? "No space left on device" : "File too large" }

    /// With the log on that disk.
    static func configuration(_ settings: String = "", routes: String) -> GatewayConfiguration {
        var configuration = GatewayConfiguration(settings: settings + "\nlog disk/access.log", routes: routes)
        let user = isMounted ? LeastUser.launcher : []
        // The folder of the configuration's file, which comes behind `gateway run --config`.
        let disk = #""${\#(user.count + 4)%/*}/disk""#
        if isMounted {
            // The mount needs privileges, which the gateway does not get.
            let mount = "mkdir \(disk) && mount -t tmpfs -o size=64k,mode=777 tmpfs \(disk)"
            let others = "head -c 24k /dev/zero >\(disk)/others && chmod 666 \(disk)/others"
            configuration.launcher = unshare + ["sh", "-c", "\(mount) && \(others) && exec \"$@\"", "sh"] + user
            configuration.launcherNeedsPrivileges = true
        } else {
            configuration.launcher = ["prlimit", "--fsize=40960", "sh", "-c", "mkdir \(disk) && exec \"$@\"", "sh"]
        }
        return configuration
    }

    private let folder: String

    init(of gateway: GatewayProcess) {
        let own = gateway.configurationFile.dropLast("/routes.conf".count)
        folder = "/proc/\(gateway.pid)/root\(own)/disk"
    }

    /// The log as it stands.
    func log() throws -> String { try run(["cat", folder + "/access.log"]).output }

    func makeRoom() throws {
        let file = folder + (Self.isMounted ? "/others" : "/access.log")
        let result = try run(["/bin/sh", "-c", #": > "$0""#, file])
        guard result.status == .exited(0) else { throw HarnessFailure(result.errors) }
    }
}
