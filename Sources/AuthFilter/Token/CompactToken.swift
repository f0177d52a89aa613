/// Where the parts of a token are.
///
///     JWS Compact Serialization = BASE64URL(header) "." BASE64URL(payload) "." BASE64URL(signature)  ; RFC 7515 §7.1
///
/// Exactly two dots: one is no JWS, four are an encrypted token (RFC 7516 §7.1), which we do not read.
struct CompactToken {
    let header: Range<Int>
    let payload: Range<Int>
    let signature: Range<Int>

    /// What the signature covers (RFC 7515 §5.1): all before the last dot.
    var signingInput: Range<Int> { 0..<payload.upperBound }

    init(_ token: Span<UInt8>) throws(TokenFault) {
        guard token.count <= TokenLimits.token else { throw .tooLarge }
        let dot = UInt8(ascii: ".")
        guard let first = token.firstIndex(of: dot, from: 0),
            let last = token.firstIndex(of: dot, from: first + 1),
            token.firstIndex(of: dot, from: last + 1) == nil
        else { throw .notThreeParts }
        header = 0..<first
        payload = first + 1..<last
        signature = last + 1..<token.count
    }
}
