internal import Foundation

/// What a new password must be. An old one is only compared.
enum PasswordRules {
    /// In characters (code points).
    static let minLength = 8
    /// bcrypt ignores what comes behind 72 bytes: two passwords that begin alike would be one.
    static let maxBytes = 72

    enum Problem: String, Equatable {
        case tooShort = "must have at least 8 characters"
        case tooLong = "must have at most 72 bytes in UTF-8"
        case holdsNUL = "must not hold a NUL character"
        case common = "is one of the commonest passwords"
    }

    /// The bytes that are hashed: composed (NFC), so that one password is one however the keyboard writes it.
    static func normalised(_ password: String) -> [UInt8] { Array(password.precomposedStringWithCanonicalMapping.utf8) }

    static func problem(of password: String) -> Problem? {
        let bytes = normalised(password)
        if bytes.contains(0) { return .holdsNUL }
        if password.unicodeScalars.count < minLength { return .tooShort }
        if bytes.count > maxBytes { return .tooLong }
        if CommonPasswords.contains(password) { return .common }
        return nil
    }
}
