/// `listen ADDRESS`, `admin ADDRESS`
enum ListenStatement {
    static func parse(_ statement: Statement, _ reporter: Reporter) -> Listener? {
        var arguments = Arguments(statement, reporter)
        arguments.refuseBlock()
        guard let word = arguments.next("an address: HOST:PORT, such as 127.0.0.1:8080") else { return nil }
        arguments.finish()
        guard let address = HostPort(Substring(word.text), of: word, lowestPort: 0, reporter) else { return nil }
        guard let port = address.port else {
            reporter.error(word.place, "expected a port after the host", hint: "write \(word.text):8080")
            return nil
        }
        return Listener(host: address.host, port: port, line: statement.line)
    }
}
