internal import Routes

/// routes.conf: every file gives a configuration or an error, every diagnostic points into the file, and what compiles
/// decides.
struct RoutesConfHarness: Harness {
    func check(_ input: [UInt8]) throws(Objection) {
        let result = Configuration.parse(input, file: "routes.conf")
        try requireEqual(result.configuration == nil, !result.errors.isEmpty, "no configuration, and errors")
        try checkPlaces(input, result)
        var choices = Choices(input)
        // Most inputs have errors, of which finding suggestions takes longest: some are read twice.
        guard result.configuration != nil || choices.below(8) == 0 else { return }
        let again = Configuration.parse(input, file: "routes.conf", budget: .none)
        guard let configuration = result.configuration else {
            return try requireEqual(again.diagnostics, result.diagnostics, "a second reading")
        }
        guard let searched = again.configuration else { throw Objection("a second reading has errors") }
        for rule in configuration.rules.prefix(8) {
            try checkTable(configuration, searched, rule, &choices)
        }
    }

    private func checkPlaces(_ input: [UInt8], _ result: ParseResult) throws(Objection) {
        let lines = input.split(separator: 0x0A, omittingEmptySubsequences: false)
        for diagnostic in result.diagnostics {
            let place = "\(diagnostic.line):\(diagnostic.column)"
            try require((1...lines.count).contains(diagnostic.line), "\(place) of \(lines.count) lines")
            var line = lines[diagnostic.line - 1]
            if line.last == 0x0D { line.removeLast() }
            let count = String(decoding: line, as: UTF8.self).count
            // A column behind the last: where something is missing.
            try require((1...count + 1).contains(diagnostic.column), "\(place) in a line of \(count) characters")
            try require(
                diagnostic.width >= 1 && diagnostic.column + diagnostic.width <= max(count + 2, 2),
                "\(place), \(diagnostic.width) wide, in a line of \(count) characters")
            try require(!diagnostic.message.isEmpty && !diagnostic.code.isEmpty, "\(place) without a message")
            let rendered = diagnostic.rendered()
            let isPrintable = rendered.unicodeScalars.allSatisfy { scalar in
                scalar == "\n" || scalar == "\t" || scalar.value >= 0x20 && scalar.value != 0x7F
            }
            try require(isPrintable, "a control character in \(rendered)")
        }
    }

    /// Paths made of the rule's own words.
    private func checkTable(
        _ configuration: Configuration, _ searched: Configuration, _ rule: Rule, _ choices: inout Choices
    ) throws(Objection) {
        let method = ["GET", "HEAD", "POST", "DELETE", "TRACE", "get"][choices.below(6)]
        var path: [UInt8] = []
        for segment in octets(rule.pattern).split(separator: 0x2F, omittingEmptySubsequences: false).dropFirst() {
            path.append(0x2F)
            switch segment.first {
            case 0x7B, 0x2A: path += octets(["x", "7", "X/y", "%41", ""][choices.below(5)])
            default: path += choices.below(8) == 0 ? segment.map { $0.isLetter ? $0 ^ 0x20 : $0 } : Array(segment)
            }
        }
        if choices.below(4) == 0 { path.append(0x2F) }
        let host = octets(rule.hosts.first?.text ?? "x")
        let decision = configuration.decide(host: host.span, method: octets(method).span, path: path.span)
        if case .matched(let id) = decision {
            try require(configuration.rules.indices.contains(id.index), "no rule \(id.index)")
        }
        let explained = configuration.explain(host: host, method: octets(method), path: path).decision
        try requireEqual(explained, decision, "\(method) \(shown(path)) explained and decided")
        let found = searched.decide(host: host.span, method: octets(method).span, path: path.span)
        if found != .ambiguous(.otherSpelling) {
            try requireEqual(found, decision, "\(method) \(shown(path)) searched and decided")
        }
    }
}
