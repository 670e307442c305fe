-- Events that are told outside of the database once the write they belong to is committed. Told ones are removed.

CREATE TABLE outbox (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id INTEGER NOT NULL,
    topic TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_waiting ON outbox (organization_id, topic, id);

-- What this database is called by those who share a cache with others; one row.
CREATE TABLE installation (
    is_only INTEGER NOT NULL PRIMARY KEY DEFAULT 1 CHECK (is_only = 1),
    id TEXT NOT NULL DEFAULT (lower(hex(randomblob(16))))
) STRICT;
INSERT INTO installation DEFAULT VALUES;
