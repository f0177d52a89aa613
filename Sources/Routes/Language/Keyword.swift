/// The first words of statements, but for those of rules.
enum Keyword {
    static let all = [
        "listen", "admin", "upstream", "tokens", "blacklist", "accounts", "cors", "identity", "log", "limits", "paths",
        "trusted-proxies", "host", "expect",
    ]
}
