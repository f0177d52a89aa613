internal import Foundation

/// An address as accounts are known by: composed (NFC), in lower case.
struct EmailAddress: Equatable {
    let text: String

    /// RFC 5321 §4.5.3.1: 64 octets before the "@", 254 in all. The form is checked as far as a typing error shows.
    init?(_ written: String) {
        let text = written.precomposedStringWithCanonicalMapping.lowercased()
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard text.utf8.count <= 254, parts.count == 2, 1...64 ~= parts[0].utf8.count else { return nil }
        guard text.unicodeScalars.allSatisfy({ !$0.properties.isWhitespace && $0.value > 0x20 && $0.value != 0x7F })
        else { return nil }
        guard text.unicodeScalars.allSatisfy({ !"<>()[]\\,;:\"".unicodeScalars.contains($0) }) else { return nil }
        guard
            text.unicodeScalars.allSatisfy({
                $0.properties.generalCategory != .control && $0.properties.generalCategory != .format
            })
        else { return nil }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, labels.allSatisfy({ !$0.isEmpty && !$0.hasPrefix("-") && !$0.hasSuffix("-") })
        else { return nil }
        guard !parts[0].hasPrefix("."), !parts[0].hasSuffix("."), !parts[0].contains("..") else { return nil }
        self.text = text
    }
}
