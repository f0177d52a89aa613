extension Configuration {
    /// Reads the bytes of one file. It opens nothing: neither secrets nor includes are read here.
    ///
    /// - Parameters:
    ///   - budget: how large the table's automata may become.
    ///   - environment: the value of a variable, for `listen`, `admin` and `upstream`; nil where it is not set.
    package static func parse(
        _ source: [UInt8], file: String, budget: AutomatonBudget = .standard,
        environment: (String) -> String? = { _ in nil }
    ) -> ParseResult {
        ConfigurationParser.parse(source, file: file, budget: budget, environment: environment)
    }
}
