/// The one block of a PEM text (RFC 7468 §2), taken apart strictly.
///
///     textualmsg = preeb eol *eolWSP base64text posteb                       ; RFC 7468 §3, stricttextualmsg
///     preeb      = "-----BEGIN " label "-----"
///     posteb     = "-----END " label "-----"
///
/// Nothing but white space may surround it. libcrypto's reader skips what it does not understand and takes the first
/// block of several: then the file says one thing to its author and another to us.
struct PEMBlock {
    enum Fault: Error, Equatable { case notPEM, severalBlocks, textAroundBlock, encrypted, unreadable }

    let label: String
    /// What the base64 text decodes to.
    let content: [UInt8]

    init(_ bytes: [UInt8]) throws(Fault) {
        let text = bytes.trimmingWhitespace
        let begin = Array("-----BEGIN ".utf8)
        guard let start = text.firstIndex(of: begin) else { throw .notPEM }
        guard text[(start + begin.count)...].firstIndex(of: begin) == nil else { throw .severalBlocks }
        guard start == text.startIndex else { throw .textAroundBlock }

        let afterBegin = text[(start + begin.count)...]
        guard let labelEnd = afterBegin.firstIndex(of: Array("-----".utf8)) else { throw .notPEM }
        let labelBytes = afterBegin[..<labelEnd]
        let body = afterBegin[(labelEnd + 5)...]
        let closing = Array("-----END ".utf8) + labelBytes + Array("-----".utf8)
        guard let bodyEnd = body.firstIndex(of: closing) else { throw .notPEM }
        guard bodyEnd + closing.count == text.endIndex else { throw .textAroundBlock }
        // "Proc-Type: 4,ENCRYPTED" and other headers of RFC 1421.
        guard !body[..<bodyEnd].contains(UInt8(ascii: ":")) else { throw .encrypted }
        label = String(decoding: labelBytes, as: UTF8.self)
        content = try Self.decode(body[..<bodyEnd])
    }

    /// Plain base64 with line ends: turned into base64url, then read by the one strict decoder.
    private static func decode(_ body: ArraySlice<UInt8>) throws(Fault) -> [UInt8] {
        var characters: [UInt8] = []
        for byte in body {
            switch byte {
            case 0x20, 0x09...0x0D: continue
            case UInt8(ascii: "+"): characters.append(UInt8(ascii: "-"))
            case UInt8(ascii: "/"): characters.append(UInt8(ascii: "_"))
            case UInt8(ascii: "-"), UInt8(ascii: "_"): throw .unreadable
            default: characters.append(byte)
            }
        }
        guard characters.count.isMultiple(of: 4) else { throw .unreadable }
        for _ in 0..<2 where characters.last == UInt8(ascii: "=") { characters.removeLast() }
        do throws(Base64URL.Fault) {
            return try Base64URL.decode(characters.span)
        } catch { throw .unreadable }
    }
}
