/// `host NAME [NAME…] { … }`: rules and expectations of these hosts.
struct HostBlock {
    /// Not empty, unless there was an error.
    private(set) var hosts: [HostPattern] = []
    let lines: [Statement]

    init(_ statement: Statement, _ reporter: Reporter) {
        lines = statement.block ?? []
        for word in statement.arguments {
            guard let host = HostParser.parse(word.text, of: word, reporter) else { continue }
            if hosts.contains(host) {
                reporter.error(word.place, "\"\(word.text)\" stands twice in this line")
            } else {
                hosts.append(host)
            }
        }
        if statement.arguments.isEmpty {
            reporter.error(statement.end, "expected the name of a host, such as shop.example.com")
        }
        if statement.block == nil {
            reporter.error(
                statement.end, "expected \"{\": \"host\" is a block of rules",
                hint: "or write host= at a rule, behind its path")
        }
    }
}
