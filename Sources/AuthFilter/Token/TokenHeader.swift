internal import Routes

/// The JOSE header of a token (RFC 7515 §4): which algorithm and key it claims.
///
/// Unknown members are ignored, as §4 demands. Those that would let the sender choose the key (`jku`, `jwk`, `x5u`,
/// `x5c`) or change what is signed (`b64`, and whatever `crit` lists) are refused even where ignoring were allowed: no
/// honest issuer of ours sets them, and the reader behind us might heed them.
struct TokenHeader: Sendable {
    let algorithm: TokenAlgorithm
    let kid: [UInt8]?

    /// Reads a header segment.
    init(segment: Span<UInt8>, reader: inout JSONReader) throws(TokenFault) {
        guard segment.count <= TokenLimits.header else { throw .headerTooLarge }
        let json: [UInt8]
        do throws(Base64URL.Fault) { json = try Base64URL.decode(segment) } catch { throw .headerNotBase64URL }
        let object: JSONValue
        do throws(JSONFault) { object = try reader.read(json.span) } catch { throw .headerNotJSON(error) }
        guard object.kind == .object else { throw .headerNotObject }
        let members = HeaderMembers(members: reader.members, object: object)
        for forbidden in TokenFault.ForbiddenMember.allCases
        where members.value(forbidden.rawValue, in: json.span) != nil {
            throw .headerMember(forbidden)
        }
        algorithm = try Self.algorithm(members, in: json.span)
        try Self.checkType(members, in: json.span)
        kid = try Self.keyName(members, in: json.span)
    }

    /// Exactly one of the thirteen names; `none`, in whatever case, is not among them (RFC 8725 §3.1).
    private static func algorithm(_ members: HeaderMembers, in text: Span<UInt8>) throws(TokenFault) -> TokenAlgorithm {
        guard let value = members.value("alg", in: text), value.isString else { throw .algorithmMissing }
        for algorithm in TokenAlgorithm.allCases
        where JSONStringBytes.equal(value, in: text, to: Array(algorithm.rawValue.utf8).span) {
            return algorithm
        }
        throw .algorithmUnsupported
    }

    /// RFC 7519 §5.1 and RFC 9068 §2.1; media types are compared without regard to case. A refresh token, an ID token
    /// or a logout token that says so in `typ` is no access token (RFC 8725 §3.11).
    private static func checkType(_ members: HeaderMembers, in text: Span<UInt8>) throws(TokenFault) {
        guard let value = members.value("typ", in: text) else { return }
        guard value.isString else { throw .typeUnsupported }
        var type: [UInt8] = []
        JSONStringBytes.append(value, in: text, to: &type)
        let folded = type.map { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 0x20 : $0 }
        guard folded == Array("jwt".utf8) || folded == Array("at+jwt".utf8) else { throw .typeUnsupported }
    }

    private static func keyName(_ members: HeaderMembers, in text: Span<UInt8>) throws(TokenFault) -> [UInt8]? {
        guard let value = members.value("kid", in: text) else { return nil }
        guard value.isString else { throw .keyNameNotString }
        var name: [UInt8] = []
        JSONStringBytes.append(value, in: text, to: &name)
        return name
    }
}

private struct HeaderMembers {
    let members: [JSONMember]
    let object: JSONValue

    func value(_ name: String, in text: Span<UInt8>) -> JSONValue? {
        ClaimName(Array(name.utf8)).find(among: members, of: object, in: text)
    }
}
