/// The block `accounts`: the login that an application lacks. Without it nothing of it is reachable.
package struct AccountSettings: Sendable, Equatable {
    package enum Registration: String, Sendable, CaseIterable { case open, closed }

    /// SQLite; relative to the configuration file.
    package var database = "gateway.db"
    /// The first segments of the paths that belong to the gateway; `/` alone is not possible.
    package var prefix = "/auth"
    package var registration = Registration.open
    package var defaultRole = "user"
    package var accessLife: Duration = .seconds(15 * 60)
    /// Of one refresh token.
    package var refreshLife: Duration = .seconds(7 * 86_400)
    /// Of a session, however often it is refreshed.
    package var absoluteLife: Duration = .seconds(30 * 86_400)
    /// How long a refresh token stays good behind the first use of its successor: two tabs, a lost answer.
    package var grace: Duration = .seconds(10)
    /// The logarithm of bcrypt's work.
    package var bcryptCost = 12
    package var loginRate = Rate(count: 10, window: .seconds(60))
    package var registerRate = Rate(count: 10, window: .seconds(60))
    package var refreshRate = Rate(count: 60, window: .seconds(60))
    package var passwordRate = Rate(count: 10, window: .seconds(60))
    package var line: Int

    package init(line: Int = 0) { self.line = line }
}
