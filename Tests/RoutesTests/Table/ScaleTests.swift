import Routes
import Testing

@Suite struct ScaleTests {
    @Test("Ten thousand rules each decide their own path")
    func many() throws {
        let rules = (0..<10_000).map { "GET /api/v1/items-\($0)/{id} role=r\($0 % 7)\n" }.joined()
        let table = try Table(rules + "* /** authenticated\n")
        for number in stride(from: 0, to: 10_000, by: 997) {
            #expect(table["GET", "/api/v1/items-\(number)/42"] == "line \(number + 1)")
            #expect(table["GET", "/api/v1/ITEMS-\(number)/42"] == "400 otherSpelling")
        }
        #expect(table["GET", "/api/v1/items/42"] == "line 10001")
        #expect(table.configuration.table.isComplete)
    }

    @Test("All combinations of a literal and a parameter, twelve deep, are compiled")
    func combinations() throws {
        let rules = (0..<4096).map { number in
            "GET " + (0..<12).map { number >> $0 & 1 == 0 ? "/a" : "/{x}" }.joined() + " role=admin\n"
        }
        let table = try Table(rules.joined() + "* /** authenticated\n")
        #expect(table.configuration.table.isComplete)
        #expect(table["GET", String(repeating: "/a", count: 12)] == "line 1")
        #expect(table["GET", String(repeating: "/b", count: 12)] == "line 4096")
        #expect(table["GET", "/b" + String(repeating: "/a", count: 11)] == "line 2")
        #expect(table["GET", String(repeating: "/a", count: 13)] == "line 4097")
    }

    @Test("A pattern of names and parameters in turn, twenty deep, matches")
    func deep() throws {
        let table = try Table("GET \(String(repeating: "/a/{x}", count: 10)) role=admin\n* /** authenticated\n")
        #expect(table["GET", String(repeating: "/a/7", count: 10)] == "line 1")
        #expect(table["GET", String(repeating: "/a/a", count: 10)] == "line 1")
        #expect(table["GET", String(repeating: "/a/a", count: 9) + "/b/b"] == "line 2")
    }
}
