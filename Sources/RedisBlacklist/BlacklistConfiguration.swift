package import NIOCore

/// Where the blacklist is and how it is asked.
package struct BlacklistConfiguration: Sendable {
    package var host: String
    package var port: Int
    package var database: Int
    package var user: String?
    package var password: [UInt8]?
    /// How long a lookup may take, from `check` to its answer.
    package var deadline: TimeAmount
    /// The key that readiness and idle checks ask for: under the blacklist's own prefix, so that a Redis user who may
    /// do nothing but EXISTS and GET there is enough. PING would need a permission that no lookup needs, and would
    /// not notice that the lookups are forbidden.
    package var probeKey: [UInt8]
    package var limits: BlacklistLimits

    package init(
        host: String, port: Int, database: Int = 0, user: String? = nil, password: [UInt8]? = nil,
        deadline: TimeAmount = .milliseconds(250), probeKey: [UInt8] = Array("blacklist:".utf8),
        limits: BlacklistLimits = BlacklistLimits()
    ) {
        self.host = host
        self.port = port
        self.database = database
        self.user = user
        self.password = password
        self.deadline = deadline
        self.probeKey = probeKey
        self.limits = limits
    }
}

// A password does not get into a log by way of "\(configuration)".
extension BlacklistConfiguration: CustomStringConvertible, CustomReflectable {
    package var description: String { "BlacklistConfiguration(\(host):\(port)/\(database))" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
