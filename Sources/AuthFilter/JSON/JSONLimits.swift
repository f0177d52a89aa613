/// What we read of JSON at most.
package enum JSONLimits {
    /// Levels of objects and arrays (docs of routes.conf: "depth at most 16").
    package static let depth = 16
    /// Members of the objects that are open at one time. Names are compared each with each, so this bounds that work
    /// to about half a million comparisons of two words.
    package static let members = 1024
    /// The longest text in bytes. Offsets are kept in 32 bits; tokens end far earlier (`TokenLimits.token`).
    package static let text = 1 << 20
}
