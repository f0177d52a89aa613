/// Secrets that everybody would try: what documentation, tutorials and templates have in the place of one.
///
/// A list can't be complete; it catches the copied line. Length is checked elsewhere.
enum GuessableSecret: Equatable {
    case placeholder
    /// One short word over and over.
    case repetitive

    /// Nil when the secret is not known to be guessable.
    init?(_ secret: ArraySlice<UInt8>) {
        // Folded, so that "Change_Me" and "CHANGE-ME" are one word.
        let letters = secret.compactMap(Self.fold)
        if Self.phrases.contains(where: { letters[...].firstIndex(of: Array($0.utf8)) != nil })
            || Self.whole.contains(where: { letters == Array($0.utf8) })
        {
            self = .placeholder
        } else if Self.repeatsShortUnit(Array(secret)) {
            self = .repetitive
        } else {
            return nil
        }
    }

    /// Nowhere in a secret.
    private static let phrases = [
        "changeme", "changethis", "replaceme", "replacethis", "placeholder", "yoursecret", "yoursupersecret",
        "yourjwtsecret",
        "your256bitsecret", "your384bitsecret", "your512bitsecret",
    ]

    /// Not the whole of a secret. The long ones are the defaults of jwt.io.
    private static let whole = [
        "secret", "mysecret", "supersecret", "secretkey", "mysecretkey", "supersecretkey", "jwtsecret", "topsecret",
        "password", "default", "test", "example", "accesstokensecret", "refreshtokensecret",
        "astringsecretatleast256bitslong",
        "avalidstringsecretthatisatleast384bitslong",
        "avalidstringsecretthatisatleast512bitslongwhichisverylong",
    ]

    /// The longest unit whose repetition is refused. "secret" and "password" over and over are, sixteen different
    /// hexadecimal digits twice are not: somebody may have rolled them.
    private static let longestUnit = 8

    private static func repeatsShortUnit(_ secret: [UInt8]) -> Bool {
        guard secret.count > 2 * longestUnit else { return false }
        return (1...longestUnit).contains { unit in
            (unit..<secret.count).allSatisfy { secret[$0] == secret[$0 - unit] }
        }
    }

    private static func fold(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
        default: nil
        }
    }
}
