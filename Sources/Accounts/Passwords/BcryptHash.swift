internal import CCrypt

/// bcrypt by libxcrypt. About 250 ms of CPU at cost 12: never on an event loop, see ``HashingPool``.
struct BcryptHash: Sendable, Equatable {
    /// `$2b$12$` and 53 characters.
    let text: String

    /// The cost that was used: its logarithm to base 2, as it stands in the hash.
    var cost: Int? {
        let parts = text.split(separator: "$")
        return parts.count == 3 && parts[0] == "2b" ? Int(parts[1]) : nil
    }

    /// - Parameter password: at most ``PasswordRules/maxBytes`` bytes and without NUL: bcrypt would ignore the rest.
    /// - Returns: nil where libxcrypt refuses or there is no memory.
    static func make(_ password: [UInt8], cost: Int) -> BcryptHash? {
        var random = SystemRandomNumberGenerator()
        let salt = (0..<16).map { _ in CChar(truncatingIfNeeded: random.next()) }
        var setting = [CChar](repeating: 0, count: Int(gw_crypt_setting_size))
        guard gw_bcrypt_setting(UInt(cost), salt, &setting) == 0 else { return nil }
        return crypt(password, setting).map(BcryptHash.init)
    }

    /// Takes as long for a wrong password as for the right one.
    func matches(_ password: [UInt8]) -> Bool {
        guard let other = Self.crypt(password, text.utf8CString.map { $0 }) else { return false }
        return ConstantTime.equal(Array(other.utf8), Array(text.utf8))
    }

    private static func crypt(_ password: [UInt8], _ setting: [CChar]) -> String? {
        guard !password.contains(0) else { return nil }
        let phrase = password.map { CChar(bitPattern: $0) } + [0]
        var output = [CChar](repeating: 0, count: Int(gw_crypt_output_size))
        guard gw_crypt(phrase, setting, &output) == 0 else { return nil }
        return String(decoding: output.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

enum ConstantTime {
    static func equal(_ first: [UInt8], _ second: [UInt8]) -> Bool {
        guard first.count == second.count else { return false }
        var difference: UInt8 = 0
        for index in first.indices { difference |= first[index] ^ second[index] }
        return difference == 0
    }
}
