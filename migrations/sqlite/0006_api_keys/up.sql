-- Keys with which integrations ask in somebody's name.

CREATE TABLE api_keys (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    last_used_at INTEGER,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, token_hash),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX api_keys_user ON api_keys (organization_id, user_id);

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('api_keys', 'api_keys', '10000 10000 1'),
    ('api_keys', 'sqlite_autoindex_api_keys_2', '10000 10000 1'),
    ('api_keys', 'api_keys_user', '10000 10000 2');
ANALYZE sqlite_schema;
