/// What a diagnostic is about, by a name that stays while messages may change: for tools, see `Diagnostic.code`.
enum DiagnosticKind: String, Sendable {
    // Errors.
    case syntax
    case secretInFile = "secret_in_file"
    case routeConflict = "route_conflict"
    case unknownUpstream = "unknown_upstream"
    case stripPrefixMismatch = "strip_prefix_mismatch"
    case missingListener = "missing_listener"
    case missingTokens = "missing_tokens"
    case routeInAccounts = "route_below_accounts"
    case accountsClaims = "accounts_claims"

    // Warnings.
    case noRules = "no_rules"
    case missingBlacklist = "missing_blacklist"
    case missingIssuer = "missing_issuer"
    case missingAudience = "missing_audience"
    case methodGap = "method_gap"
    case laxerInside = "laxer_rule_inside"
    case prefixGap = "prefix_gap"
    case toleranceBesideGuard = "tolerance_beside_guard"
    case plainAccounts = "accounts_without_tls"
    case slashGap = "trailing_slash_gap"
    case caseSiblings = "case_siblings"
    case similarValues = "similar_values"
    case unusedUpstream = "unused_upstream"
    case neverDecides = "rule_never_decides"
    case trustsEveryone = "trusts_everyone"
    case weakPasswordHash = "weak_password_hash"
    case commaInValue = "comma_in_value"
    case foreignParameter = "foreign_parameter"
    case tableTooLarge = "table_too_large"
}
