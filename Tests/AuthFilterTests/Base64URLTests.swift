import AuthFilter
import Testing

struct Base64URLTests {
    /// RFC 4648 §10, without padding, and the two characters that differ from plain base64.
    @Test(arguments: [
        ("", ""), ("Zg", "f"), ("Zm8", "fo"), ("Zm9v", "foo"), ("Zm9vYg", "foob"), ("Zm9vYmE", "fooba"),
        ("Zm9vYmFy", "foobar"),
    ])
    func decodesAndEncodesTheVectors(_ encoded: String, _ decoded: String) throws {
        #expect(try Base64URL.decode(bytes(encoded).span) == bytes(decoded))
        #expect(Base64URL.encode(bytes(decoded)) == bytes(encoded))
    }

    @Test(arguments: 0..<70)
    func everyLengthComesBack(_ count: Int) throws {
        let content = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ 251) }
        #expect(try Base64URL.decode(Base64URL.encode(content).span) == content)
    }

    @Test(arguments: [22, 23, 24])
    func everyByteOutsideTheAlphabetIsRefusedAtEveryPlace(_ count: Int) {
        let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        for byte in UInt8.min...UInt8.max {
            for place in 0..<count {
                var text = [UInt8](repeating: UInt8(ascii: "A"), count: count)
                text[place] = byte
                let fault = faultOfDecoding(text)
                if alphabet.contains(byte) {
                    #expect(fault == nil || fault == .trailingBits, "byte \(byte) at \(place)")
                } else {
                    #expect(fault == .character, "byte \(byte) at \(place)")
                }
            }
        }
    }

    private func faultOfDecoding(_ text: [UInt8]) -> Base64URL.Fault? {
        do throws(Base64URL.Fault) {
            _ = try Base64URL.decode(text.span)
            return nil
        } catch { return error }
    }

    @Test(arguments: ["Zg==", "Zm8=", "Zm9v\n", " Zm9v", "Zm 9v", "Zm9v====", "Zm+v", "Zm/v"])
    func paddingBlanksAndPlainBase64AreRefused(_ text: String) {
        #expect(throws: Base64URL.Fault.self) { try Base64URL.decode(bytes(text).span) }
    }

    @Test(arguments: ["A", "AAAAA", "AAAAAAAAA"])
    func aLengthThatNoBytesHaveIsRefused(_ text: String) {
        #expect(throws: Base64URL.Fault.length) { try Base64URL.decode(bytes(text).span) }
    }

    /// Zh, Zi … decode to the byte of Zg in a careless decoder.
    @Test(arguments: ["Zh", "Zi", "Zk", "Zo", "Zv", "Zm9", "Zm-", "Zm_", "AAAAZh", "AAAAAAAAAAAAAAAAAAAAZm9"])
    func bitsThatBelongToNoByteAreRefused(_ text: String) {
        #expect(throws: Base64URL.Fault.trailingBits) { try Base64URL.decode(bytes(text).span) }
    }
}
