/// What `--help` shows of each command as it is typed.
enum Examples {
    static let run = text("gateway run --config routes.conf", "gateway run --config routes.conf --threads 4")
    static let check = text("gateway check routes.conf", "gateway check --strict --json < routes.conf -")
    static let explain = text(
        "gateway explain GET /api/reports", "gateway explain GET /api/reports --as role=admin",
        "gateway explain DELETE /api/users/7 --token - < token.txt")
    static let token = text(
        "gateway token --sub alice --role admin", "gateway token --role user --expires-in 1h --count 100 > tokens.txt",
        "gateway token inspect - < token.txt")
    static let revoke = text("gateway revoke - < token.txt", "gateway revoke --sub alice")
    static let users = text(
        "gateway users add alice@example.com --role admin", "gateway users list",
        "gateway users set-role alice@example.com editor",
        "gateway users disable alice@example.com")
    static let keys = text("gateway keys list", "gateway keys rotate")
    static let secret = text("gateway secret", "export ACCESS_TOKEN_SECRET=\"$(gateway secret)\"")

    private static func text(_ lines: String...) -> String {
        (["Examples:"] + lines.map { "  " + $0 }).joined(separator: "\n")
    }
}
