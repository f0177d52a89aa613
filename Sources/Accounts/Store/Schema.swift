internal import GRDB

/// The tables, and how older ones become them.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("accounts-1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE users (
                        id TEXT PRIMARY KEY NOT NULL,
                        email TEXT NOT NULL UNIQUE,
                        hash TEXT NOT NULL,
                        role TEXT NOT NULL,
                        disabled INTEGER NOT NULL DEFAULT 0,
                        created_at INTEGER NOT NULL
                    ) STRICT;
                    CREATE TABLE sessions (
                        id TEXT PRIMARY KEY NOT NULL,
                        user_id TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
                        created_at INTEGER NOT NULL,
                        last_used_at INTEGER NOT NULL,
                        ends_at INTEGER NOT NULL,
                        ended_at INTEGER,
                        address TEXT NOT NULL,
                        user_agent TEXT NOT NULL
                    ) STRICT;
                    CREATE INDEX sessions_of_user ON sessions(user_id);
                    -- One row for each token of a family, so that a replay of any of them is seen.
                    CREATE TABLE refresh_tokens (
                        hash BLOB PRIMARY KEY NOT NULL,
                        session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
                        predecessor BLOB,
                        used_at INTEGER,
                        expires_at INTEGER NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    CREATE INDEX tokens_of_session ON refresh_tokens(session_id);
                    -- Two successors of one token can't be written.
                    CREATE UNIQUE INDEX one_successor ON refresh_tokens(predecessor) WHERE predecessor IS NOT NULL;
                    -- The access tokens given to a session, so that its end is theirs.
                    CREATE TABLE access_tokens (
                        jti TEXT PRIMARY KEY NOT NULL,
                        session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
                        expires_at INTEGER NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    CREATE INDEX access_of_session ON access_tokens(session_id);
                    CREATE TABLE audit (
                        id INTEGER PRIMARY KEY,
                        at INTEGER NOT NULL,
                        kind TEXT NOT NULL,
                        user_id TEXT,
                        email TEXT,
                        session_id TEXT,
                        address TEXT NOT NULL,
                        request_id TEXT NOT NULL,
                        detail TEXT
                    ) STRICT;
                    CREATE INDEX audit_time ON audit(at);
                    CREATE TABLE pending_revocations (
                        key BLOB PRIMARY KEY NOT NULL,
                        value BLOB NOT NULL,
                        expires_at INTEGER NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
        migrator.registerMigration("blacklist-1") { database in
            // The id grows with each write, also of a key that was there: what is new is what lies behind the last one read.
            try database.execute(
                sql: """
                    CREATE TABLE revocations (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        key BLOB NOT NULL UNIQUE,
                        value BLOB NOT NULL,
                        expires_at INTEGER NOT NULL
                    ) STRICT;
                    """)
        }
        return migrator
    }
}
