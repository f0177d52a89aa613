/// `blacklist redis://HOST:PORT/DB` and its block, or `blacklist sqlite`: where logged-out tokens are looked up.
package struct BlacklistSettings: Sendable, Equatable {
    package enum Store: Sendable {
        /// Shared by all gateways, and written by anybody.
        case redis
        /// The accounts' database, for a single gateway. Host, port, database and what concerns failures mean nothing then.
        case sqlite
    }

    package enum Mode: String, Sendable {
        /// Redis is asked on every request that carries a token.
        case ask
        /// An exact live copy in the gateway, of whose every change Redis tells; Redis is asked while there is none.
        case copy
    }

    /// What happens to requests with a token while the blacklist can't be consulted.
    package enum OnFailure: Sendable, Equatable {
        /// 503 `blacklist_unavailable`.
        case refuse
        /// The request passes as if the token weren't logged out.
        case allow
        /// An answer no older than this still counts; without one the request is refused.
        case lastKnown(Duration)
    }

    package var store = Store.redis
    package var host: String
    package var port: Int
    package var database: Int
    package var mode = Mode.copy
    /// Stands before every key.
    package var prefix = [UInt8]("blacklist:".utf8)
    package var deadline: Duration = .milliseconds(250)
    package var onFailure = OnFailure.refuse
    package var user: String?
    package var password: SecretSource?
    package var line: Int

    /// What stands before the keys where they are kept; a table of its own needs no prefix.
    package var keyPrefix: [UInt8] {
        switch store {
        case .redis: prefix
        case .sqlite: []
        }
    }

    package init(host: String, port: Int, database: Int = 0, line: Int = 0) {
        self.host = host
        self.port = port
        self.database = database
        self.line = line
    }
}
