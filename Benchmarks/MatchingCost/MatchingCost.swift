internal import Routes

/// Decides one request many times over a table of many rules, for `scripts/matching-cost.sh`, which counts the
/// instructions of it: MatchingCost items|deep|hosts RULES DECISIONS
@main
struct MatchingCost {
    static func main() {
        let words = CommandLine.arguments
        guard words.count == 4, let rules = Int(words[2]), let decisions = Int(words[3]),
            let kind = Kind(rawValue: words[1])
        else { return print("usage: MatchingCost items|deep|hosts RULES DECISIONS") }
        let parsed = Configuration.parse(Array(kind.file(rules: rules).utf8), file: "generated")
        guard let configuration = parsed.configuration
        else { return print(parsed.errors.first?.rendered() ?? "no configuration") }
        let (host, method, path) = (Array(kind.host.utf8), Array("GET".utf8), Array(kind.path.utf8))
        var last = RouteDecision.noRoute
        for _ in 0..<decisions {
            last = configuration.decide(host: host.span, method: method.span, path: path.span)
        }
        print("\(configuration.rules.count) rules, \(decisions) decisions, the last: \(last)")
    }

    enum Kind: String {
        /// `/api/v1/items-00007/{id}` and thousands of siblings.
        case items
        /// `/a/{x}/a/{x}/…`, twenty segments deep, and thousands that differ in the last.
        case deep
        /// `/api/v1/items-00007/{id}` at one host, and thousands of hosts with a rule each.
        case hosts

        var path: String {
            switch self {
            case .items, .hosts: "/api/v1/items-00007/42"
            case .deep: String(repeating: "/a/7", count: 10)
            }
        }

        var host: String { self == .hosts ? "shop-00007.example.com:8443" : "localhost" }

        func file(rules: Int) -> String {
            let head = """
                listen 127.0.0.1:8080
                upstream app http://127.0.0.1:3000
                tokens {
                    key HS256 env:SECRET
                }
                * /** authenticated

                """
            switch self {
            case .items: return head + (0..<rules).map { "GET /api/v1/items-\(padded($0))/{id} role=admin\n" }.joined()
            case .hosts:
                return head
                    + (0..<rules).map { number in
                        "GET /api/v1/items-00007/{id} role=admin host=shop-\(padded(number)).example.com\n"
                    }.joined()
            case .deep:
                let stem = String(repeating: "/a/{x}", count: 9)
                return head + "GET \(stem)/a/{x} role=admin\n"
                    + (1..<max(rules, 2)).map { "GET \(stem)/a/r\($0) role=admin\n" }.joined()
            }
        }

        private func padded(_ number: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
        }
    }
}
