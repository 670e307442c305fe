-- Sign-ins, and the refresh tokens that belong to them. A session that is not there has ended.
--
-- refresh_tokens is not read any more; whoever has one signs in again. The release after drops it.

CREATE TABLE sessions (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    key_hash TEXT, -- of a browser's cookie; none for sessions of bearer tokens
    token_epoch INTEGER NOT NULL,
    address TEXT,
    user_agent TEXT,
    seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, key_hash),
    CHECK (expires_at <= ends_at),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_user ON sessions (organization_id, user_id, id);
CREATE INDEX sessions_expires_at ON sessions (organization_id, expires_at);

CREATE TABLE session_refresh_tokens (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    session_id INTEGER NOT NULL,
    token_hash TEXT NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, token_hash),
    FOREIGN KEY (organization_id, session_id) REFERENCES sessions (organization_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX session_refresh_tokens_session ON session_refresh_tokens (organization_id, session_id);

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('sessions', 'sessions', '100000 100000 1'),
    ('sessions', 'sqlite_autoindex_sessions_2', '100000 100000 1'),
    ('sessions', 'sessions_user', '100000 100000 10 1'),
    ('sessions', 'sessions_expires_at', '100000 100000 2'),
    ('session_refresh_tokens', 'session_refresh_tokens', '1000000 1000000 1'),
    ('session_refresh_tokens', 'sqlite_autoindex_session_refresh_tokens_2', '1000000 1000000 1'),
    ('session_refresh_tokens', 'session_refresh_tokens_session', '1000000 1000000 30');
ANALYZE sqlite_schema;
