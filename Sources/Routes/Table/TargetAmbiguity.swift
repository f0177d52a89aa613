/// Why a path is refused with 400 `target_ambiguous`.
package enum TargetAmbiguity: Sendable, CaseIterable {
    case notAbsolute
    case forbiddenByte
    case invalidEscape
    case encodedControl
    case invalidUTF8
    case dotSegment
    case compatibilityDots
    case blankSegment
    case doubleEscape
    case encodedSlash
    case encodedBackslash
    case semicolon
    case compatibilitySeparator
    case emptySegment
    case otherSpelling

    /// For the body of the refusal and the log; holds nothing of the request.
    package var explanation: String {
        switch self {
        case .notAbsolute: "the path doesn't start with a slash"
        case .forbiddenByte: "the path holds a byte that must be percent-encoded"
        case .invalidEscape: "a percent sign isn't followed by two hexadecimal digits"
        case .encodedControl: "the path holds an encoded control character"
        case .invalidUTF8: "the decoded path isn't valid UTF-8"
        case .dotSegment: "a segment of the path consists of dots, or of dots and blanks"
        case .compatibilityDots: "a segment of the path becomes dots when Unicode is normalized (NFKC)"
        case .blankSegment: "a segment of the path consists of blanks"
        case .doubleEscape: "the path is percent-encoded twice"
        case .encodedSlash: "the path holds an encoded slash"
        case .encodedBackslash: "the path holds an encoded backslash"
        case .semicolon: "the path holds a semicolon"
        case .compatibilitySeparator:
            "the path holds a character that becomes /, a backslash, %, ;, ? or # when Unicode is normalized (NFKC)"
        case .emptySegment: "the path holds an empty segment"
        case .otherSpelling:
            "the same path has other rules with or without its trailing slash, in other case, with Unicode normalized "
                + "(NFKC), or with blanks trimmed"
        }
    }

    /// True where `paths exact` opens it, for the whole file.
    package var isOpenedByExactPaths: Bool {
        switch self {
        case .compatibilityDots, .blankSegment, .compatibilitySeparator, .otherSpelling: true
        case .notAbsolute, .forbiddenByte, .invalidEscape, .encodedControl, .invalidUTF8, .dotSegment, .doubleEscape,
            .encodedSlash, .encodedBackslash, .semicolon, .emptySegment:
            false
        }
    }

    /// What a route says in `tolerate=` to open it; nil where nothing does.
    package var tolerance: Tolerance? {
        switch self {
        case .encodedSlash: .encodedSlash
        case .encodedBackslash: .encodedBackslash
        case .semicolon: .semicolon
        case .emptySegment: .emptySegment
        case .doubleEscape: .doubleEscape
        case .compatibilitySeparator: .compatibilitySeparator
        case .notAbsolute, .forbiddenByte, .invalidEscape, .encodedControl, .invalidUTF8, .dotSegment,
            .compatibilityDots, .blankSegment, .otherSpelling:
            nil
        }
    }
}
