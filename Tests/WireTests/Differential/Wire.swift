/// Octets written as text, one scalar up to U+00FF each, with `TAG` where the number of the case stands.
func wire(_ text: String, tag: Int) -> [UInt8] {
    text.replacing("TAG", with: String(tag)).unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
}

/// A text as UTF-8 puts it on the wire, for use in ``wire(_:tag:)``.
func utf8(_ scalar: Unicode.Scalar) -> String {
    String(String.UnicodeScalarView(String(scalar).utf8.map { Unicode.Scalar($0) }))
}

/// One octet.
func octet(_ value: Int) -> String { String(Unicode.Scalar(UInt8(truncatingIfNeeded: value))) }

/// What the grammar of RFC 9110 and RFC 9112 allows, written again from their text so that the gateway's tables aren't
/// compared with themselves.
enum Grammar {
    /// RFC 9110, section 5.6.2: tchar.
    static func isToken(_ octet: Int) -> Bool {
        isAlphanumeric(octet) || "!#$%&'*+-.^_`|~".unicodeScalars.contains { $0.value == octet }
    }

    /// RFC 9110, section 5.5: field-vchar, SP and HTAB.
    static func isFieldContent(_ octet: Int) -> Bool { octet == 9 || (octet >= 0x20 && octet != 0x7F) }

    static func isAlphanumeric(_ octet: Int) -> Bool {
        (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet) || (0x61...0x7A).contains(octet)
    }

    /// Octets that no target holds: RFC 9112, section 3.2, and RFC 3986, section 2.
    static func isNeverOfTarget(_ octet: Int) -> Bool {
        octet <= 0x20 || octet >= 0x7F || octet == 0x23
    }
}

/// Scalars that some reader has taken for a blank or for the end of a line: by Unicode's properties, or by the last
/// eight bits of their code.
let blankScalars: [Unicode.Scalar] = [
    "\u{85}", "\u{A0}", "\u{10A}", "\u{10D}", "\u{120}", "\u{1680}", "\u{200B}", "\u{2028}", "\u{2029}", "\u{202F}",
    "\u{3000}", "\u{560A}", "\u{560D}", "\u{FEFF}",
]

/// What names the length of a message: the lines, and whether they do it in a way that every reader understands.
struct FramingLines {
    let text: String
    let isPlain: Bool

    static let codings =
        ["chunked", "Chunked", "CHUNKED", "\tchunked", "chunked \t"].map {
            FramingLines("Transfer-Encoding: \($0)", true)
        }
        + [
            "", ",", "chunked,", ",chunked", "chunked, chunked", "chunked,identity", "identity", "identity, chunked",
            "gzip",
            "gzip, chunked", "chunked, gzip", "chunked;q=1", "chunked;", "xchunked", "chunkedx", "chunke",
            "\"chunked\"",
            "'chunked'", "chun ked", "\u{B}chunked", "chunked\u{C}", "chunked\u{0}", "\u{A0}chunked", "chunked\r",
            "\nchunked",
        ].map { FramingLines("Transfer-Encoding: \($0)", false) }
        + blankScalars.map { FramingLines("Transfer-Encoding:\(utf8($0))chunked", false) }
        + [
            "Transfer-Encoding : chunked", "Transfer-Encoding\t: chunked", "Transfer_Encoding: chunked",
            "Transfer.Encoding: chunked", " Transfer-Encoding: chunked", "Transfer-Encoding:\r\n chunked",
            "X: y\r\n Transfer-Encoding: chunked", "X: y\nTransfer-Encoding: chunked",
            "X: y\rTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "Transfer-Encoding",
            "Transfer-Encoding\u{0}: chunked",
        ].map { FramingLines($0, false) }

    /// Those that are plain announce five octets.
    static let lengths =
        ["5", "05", "0000000000000000005", "\t5", "5 "].map { FramingLines("Content-Length: \($0)", true) }
        + [
            "", "+5", "-5", "5,", ",5", "5,5", "5, 5", "5 5", "5;5", "0x5", "5h", "5e0", "5.0", "5_0", "\"5\"", "five",
            "\u{B}5",
            "5\u{C}", "5\u{0}", "\u{A0}5", "\u{B2}", "5\r", "\n5", "00000000000000000005", "9223372036854775808",
            "18446744073709551621", "4294967301x", "99999999999999999999999999",
        ].map { FramingLines("Content-Length: \($0)", false) }
        + blankScalars.map { FramingLines("Content-Length:\(utf8($0))5", false) }
        + [
            "Content-Length : 5", "Content-Length\t: 5", "Content_Length: 5", "Content.Length: 5", " Content-Length: 5",
            "Content-Length:\r\n 5", "X: y\r\n Content-Length: 5", "X: y\nContent-Length: 5", "X: y\rContent-Length: 5",
            "Content-Length: 5\r\nContent-Length: 5", "Content-Length: 5\r\nContent-Length: 6",
            "Content-Length: 5\r\nX: y\r\ncontent-length: 5", "Content-Length", "Content-Length\u{0}: 5",
        ].map { FramingLines($0, false) }

    private init(_ text: String, _ isPlain: Bool) { (self.text, self.isPlain) = (text, isPlain) }
}

/// A chunked body, and what it says; nil where readers could differ.
struct ChunkForm {
    let text: String
    let content: String?

    static let all: [ChunkForm] =
        [
            "5\r\nhello\r\n0\r\n\r\n", "05\r\nhello\r\n00\r\n\r\n", "5;a\r\nhello\r\n0;b=c\r\n\r\n",
            "5;a=\"\\\"b\"\r\nhello\r\n0\r\n\r\n", "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
            "5\r\nhello\r\n0\r\nX: y\r\n\r\n",
            "5\r\nhello\r\n0\r\nX: y\r\nZ:\r\n\r\n",
        ].map { ChunkForm(text: $0, content: "hello") }
        + [
            "", " 5", "\t5", "+5", "-5", "0x5", "5 ", "5\t", "5h", "5_", "5.0", "5,5", "\"5\"", "\u{B2}5", "5\u{0}",
            "5;", "5;;a",
            "5; a", "5 ;a", "5;a=", "5;a=b c", "5;a=\"b", "5;a\u{0}", "5;a\nb", "5;a\rb", "5;\n", "FFFFFFFFFFFFFFFF5",
            "10000000000000005", "100000005h",
        ].map { ChunkForm(text: "\($0)\r\nhello\r\n0\r\n\r\n", content: nil) }
        + ["\n", "\r", "\r\r\n", "\n\r", "\r\n\n", " \r\n", "\u{C}\r\n"].map {
            ChunkForm(text: "5\($0)hello\r\n0\r\n\r\n", content: nil)
        }
        + ["", "\n", "\r", "\r\r\n", "x\r\n", " \r\n", "\u{0}\u{0}"].map {
            ChunkForm(text: "5\r\nhello\($0)0\r\n\r\n", content: nil)
        }
        + ["-0", "+0", "0x0", "0 ", " 0", "0;", "00000000000000000", "\u{B0}"].map {
            ChunkForm(text: "5\r\nhello\r\n\($0)\r\n\r\n", content: nil)
        }
        + [
            " folded", "X: y\r\n folded", "no colon", ": y", "X : y", "X: y\n", "X: y\r", "X: \u{0}", "X\u{0}: y",
            "X y: z",
        ].map { ChunkForm(text: "5\r\nhello\r\n0\r\n\($0)\r\n\r\n", content: nil) }
        + ["\n", "\r", "\n\r\n", "\r\r\n", " \r\n"].map { ChunkForm(text: "5\r\nhello\r\n0\r\n\($0)", content: nil) }
}
