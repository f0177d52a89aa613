import Routes
import Testing

/// What most files of these tests start with, so that a test shows only what it is about.
let preamble = """
    listen 127.0.0.1:8080
    upstream app http://127.0.0.1:3000
    tokens {
        key HS256 env:SECRET
        issuer https://gateway.example
        audience app
    }
    blacklist redis://127.0.0.1:6379

    """

func parse(_ text: String) -> ParseResult {
    Configuration.parse(Array(text.utf8), file: "routes.conf")
}

/// The errors' messages of a file that starts with the preamble, each with its line counted from its end.
func errors(_ text: String) -> [String] {
    parse(preamble + text).errors.map { "\($0.line - 8):\($0.column): \($0.message)" }
}

/// The file as diagnostics show it.
func rendered(_ text: String) -> [String] {
    parse(text).diagnostics.filter { $0.severity == .error }.map { $0.rendered() }
}

extension RouteTable {
    func decide(_ method: String, _ path: String) -> RouteDecision {
        decide(method: Array(method.utf8).span, path: Array(path.utf8).span)
    }
}

/// A table of a few rules, and answers in short: a line number of the rules, a status with its reason.
struct Table {
    let configuration: Configuration

    init(_ rules: String, budget: AutomatonBudget = .standard) throws {
        let result = Configuration.parse(Array((preamble + rules).utf8), file: "routes.conf", budget: budget)
        let errors = result.errors.map { $0.rendered() }.joined(separator: "\n")
        configuration = try #require(result.configuration, "\(errors)")
    }

    subscript(method: String, path: String) -> String { text(of: configuration.table.decide(method, path)) }

    subscript(method: String, path: String, host host: String) -> String {
        let (host, method, path) = (Array(host.utf8), Array(method.utf8), Array(path.utf8))
        return text(of: configuration.decide(host: host.span, method: method.span, path: path.span))
    }

    private func text(of decision: RouteDecision) -> String {
        switch decision {
        case .matched(let id): "line \(configuration.rules[id.index].line - 8)"
        case .ambiguous(let ambiguity): "400 \(ambiguity)"
        case .noRoute: "404"
        case .hostUnknown: "421"
        case .methodNotAllowed(let allowed): "405 \(allowed.render())"
        }
    }
}
