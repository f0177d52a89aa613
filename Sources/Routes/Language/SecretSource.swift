/// Where a secret is found. The secret itself is never written in the file, and never read by this module.
package enum SecretSource: Sendable, Equatable {
    /// `env:NAME`
    case environment(String)
    /// `file:PATH`, relative to the configuration file.
    case file(String)
}
