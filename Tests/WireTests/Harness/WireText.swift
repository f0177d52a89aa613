internal import Testing

/// Text of a test vector: what the report of the tests shows of it is one readable line, whatever it holds.
struct WireText: ExpressibleByStringLiteral, ExpressibleByStringInterpolation, CustomTestStringConvertible, Sendable {
    let text: String

    init(_ text: String) { self.text = text }
    init(stringLiteral text: String) { self.text = text }

    var testDescription: String {
        let shown = String(text.prefix(90)).debugDescription
        return text.utf8.count <= 90 ? shown : "\(shown)… (\(text.utf8.count) bytes)"
    }
}
