/// A value inside a JSON text, as a range of the text: nothing is copied or converted until somebody asks.
///
/// It means something only together with the text it was read from.
package struct JSONValue: Sendable, Equatable {
    package enum Kind: UInt8, Sendable {
        case object, array
        /// A string whose bytes in the text are its value.
        case string
        /// A string with at least one `\` in it: its value has to be decoded first (``JSONStringBytes``).
        case escapedString
        /// A number without fraction and exponent.
        case integer
        /// A number with a fraction or an exponent, whatever its value is.
        case decimal
        case `true`, `false`, null
    }

    package let kind: Kind
    // Int32: tokens are a few kilobytes (`TokenLimits`), and a token keeps about ten of these.
    private let lower: Int32
    private let upper: Int32

    /// For strings what is between the quotes, otherwise the whole value with its brackets.
    package var range: Range<Int> { Int(lower)..<Int(upper) }

    /// Nil when the range lies beyond what 32 bits can say.
    init?(_ kind: Kind, from lower: Int, to upper: Int) {
        guard let lower = Int32(exactly: lower), let upper = Int32(exactly: upper), lower <= upper else { return nil }
        self.kind = kind
        self.lower = lower
        self.upper = upper
    }

    var isString: Bool { kind == .string || kind == .escapedString }
}

/// One member of an object: a name and its value.
struct JSONMember: Sendable {
    let name: JSONValue
    let value: JSONValue
    /// Of the decoded name: unequal fingerprints mean unequal names, equal ones have to be compared.
    let fingerprint: NameFingerprint
}
