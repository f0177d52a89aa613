import ProxyEngine
import Testing

@Suite("Reserved names are found in any spelling, however many there are")
struct FieldCatalogueTests {
    @Test("A thousand names are all removed", arguments: [1, 200, 255, 256, 300, 1000])
    func manyNames(count: Int) {
        let names = (0..<count).map { "X-Reserved-\($0)" }
        let fields = [0, count / 2, count - 1].map { "\(names[$0].replacing("-", with: "_")): forged" }
        let forwarded = forward(request("GET / HTTP/1.1", fields[0], fields[1], fields[2]), reserved: names)
        #expect(!forwarded.contains("forged"))
    }

    @Test("A name without a letter or digit is no reserved name")
    func emptyName() {
        let forwarded = forward(request("GET / HTTP/1.1", "---: kept", "_: kept"), reserved: ["---"])
        #expect(forwarded.contains("---: kept\r\n_: kept\r\n"))
    }
}
