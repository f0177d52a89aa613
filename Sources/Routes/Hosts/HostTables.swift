/// A table of rules for each host that a file names. Finding the one of a request costs one look-up by hash, a second
/// where the host isn't named whole; nothing is allocated. A class, so that handing it on is one reference.
package final class HostTables: Sendable {
    struct Site: Sendable {
        let host: HostPattern
        let table: RouteTable
        /// What the table's own numbers of rules mean in the file.
        let ids: [RouteID]
    }

    let sites: [Site]
    /// Per word of `exactNames`: the site.
    private let exactNames: SegmentTable
    private let exactSites: [Int]
    private let parentNames: SegmentTable
    private let parentSites: [Int]
    private let anySite: Int?
    /// Of a host that isn't named: what can't be a path is refused as that first.
    private let nobody: RouteTable

    /// - Parameter tables: of the sets, which have a host each.
    init(_ sets: [RuleSet], _ tables: [RouteTable], nobody: RouteTable) {
        let sites = zip(sets, tables).compactMap { set, table in
            set.host.map { Site(host: $0, table: table, ids: set.ids) }
        }
        self.sites = sites
        self.nobody = nobody
        var exact: [String: Int] = [:]
        var parents: [String: Int] = [:]
        var any: Int?
        for (number, site) in sites.enumerated() {
            switch site.host {
            case .exact(let name): exact[name] = number
            case .below(let name): parents[name] = number
            case .any: any = number
            }
        }
        (exactNames, exactSites) = Self.compile(exact)
        (parentNames, parentSites) = Self.compile(parents)
        anySite = any
    }

    /// Names are looked up as segments of paths are: without case, and compared whole.
    private static func compile(_ names: [String: Int]) -> (SegmentTable, [Int]) {
        let table = SegmentTable(
            names.keys.map { PathPattern(segments: [.literal(Array($0.utf8))], hasRest: false) })
        var sites = [Int](repeating: -1, count: table.spellingsOfWord.count)
        for (name, site) in names {
            let spelling = table.number(of: Array(name.utf8))
            if spelling >= 0 { sites[Int(table.wordOfSpelling[Int(spelling)])] = site }
        }
        return (table, sites)
    }

    /// - Parameter host: the value of a Host field, perhaps with a port; empty: there is none.
    package func decide(host: Span<UInt8>, method: Span<UInt8>, path: Span<UInt8>) -> RouteDecision {
        guard let number = site(of: host) else { return Self.unknown(nobody.decide(method: method, path: path)) }
        let decision = sites[number].table.decide(method: method, path: path)
        guard case .matched(let id) = decision else { return decision }
        return .matched(sites[number].ids[id.index])
    }

    /// For people: see `RouteTable.explain`.
    package func explain(host: [UInt8], method: [UInt8], path: [UInt8]) -> RouteExplanation {
        guard let number = site(of: host.span) else {
            let explanation = nobody.explain(method: method, path: path)
            return RouteExplanation(
                decision: Self.unknown(explanation.decision), segments: explanation.segments, candidates: [],
                otherSpelling: nil)
        }
        return sites[number].table.explain(method: method, path: path).renumbered(by: sites[number].ids)
    }

    /// The host by whose rules its requests are decided; nil: they are refused.
    package func pattern(for host: [UInt8]) -> HostPattern? { site(of: host.span).map { sites[$0].host } }

    package func knows(_ host: Span<UInt8>) -> Bool { site(of: host) != nil }

    /// In the order of the file.
    package var patterns: [HostPattern] { sites.map(\.host) }

    private static func unknown(_ decision: RouteDecision) -> RouteDecision {
        guard case .ambiguous = decision else { return .hostUnknown }
        return decision
    }

    /// The exact name, then `*.` with what follows the first label, then `*`.
    func site(of host: Span<UInt8>) -> Int? {
        let end = Self.endOfName(host)
        guard end > 0 else { return anySite }
        let word = exactNames.find(host.bytes, 0..<end).word
        if word >= 0 { return exactSites[Int(word)] }
        // A dot at the end is another spelling of a name that may stand in the file. It is no host of its own.
        if host[end - 1] == PathBytes.Character.dot { return nil }
        return parent(of: host, end) ?? anySite
    }

    private func parent(of host: Span<UInt8>, _ end: Int) -> Int? {
        var dot = 0
        while dot < end, host[dot] != PathBytes.Character.dot { dot += 1 }
        guard dot > 0, dot + 1 < end else { return nil }
        let word = parentNames.find(host.bytes, dot + 1..<end).word
        return word >= 0 ? parentSites[Int(word)] : nil
    }

    /// Behind the name, or behind the bracket that closes an address: before the port.
    private static func endOfName(_ host: Span<UInt8>) -> Int {
        guard !host.isEmpty else { return 0 }
        let mark = host[0] == UInt8(ascii: "[") ? UInt8(ascii: "]") : UInt8(ascii: ":")
        for index in host.indices where host[index] == mark {
            return mark == UInt8(ascii: "]") ? index + 1 : index
        }
        return host.count
    }
}

extension RouteExplanation {
    fileprivate func renumbered(by ids: [RouteID]) -> RouteExplanation {
        var decision = decision
        if case .matched(let id) = decision { decision = .matched(ids[id.index]) }
        return RouteExplanation(
            decision: decision, segments: segments,
            candidates: candidates.map { Candidate(route: ids[$0.route.index], standing: $0.standing) },
            otherSpelling: otherSpelling.map {
                OtherSpelling(path: $0.path, difference: $0.difference, route: ids[$0.route.index])
            })
    }
}
