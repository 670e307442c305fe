-- What was done, by whom and why. Rows are only ever added; each has a hash over itself and all before it in its
-- organization. Accounts and objects that events speak of may go, so nothing here points at them.

CREATE TABLE audit_events (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    sequence INTEGER NOT NULL CHECK (0 < sequence), -- without gaps
    at INTEGER NOT NULL,
    user_id INTEGER,
    via TEXT NOT NULL,
    api_key_id INTEGER,
    address TEXT,
    request_id TEXT,
    operation TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id INTEGER,
    before TEXT, -- JSON, letter for letter as it was hashed; so is all that follows
    after TEXT,
    verdict TEXT,
    violations TEXT,
    reason TEXT,
    hash TEXT NOT NULL,
    PRIMARY KEY (organization_id, sequence)
) STRICT;
CREATE INDEX audit_events_at ON audit_events (organization_id, at);
CREATE INDEX audit_events_user ON audit_events (organization_id, user_id, sequence);
CREATE INDEX audit_events_object ON audit_events (organization_id, object_kind, object_id, sequence);
CREATE INDEX audit_events_operation ON audit_events (organization_id, operation, sequence);
CREATE INDEX audit_events_request ON audit_events (organization_id, request_id) WHERE request_id IS NOT NULL;

-- Where each chain ends; its end only moves on.
CREATE TABLE audit_heads (
    organization_id INTEGER NOT NULL PRIMARY KEY REFERENCES organizations (id),
    sequence INTEGER NOT NULL,
    hash TEXT NOT NULL
) STRICT;

CREATE TRIGGER audit_events_no_update BEFORE UPDATE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'immutable: audit_events');
END;
CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'immutable: audit_events');
END;
CREATE TRIGGER audit_heads_no_delete BEFORE DELETE ON audit_heads
BEGIN
    SELECT RAISE(ABORT, 'immutable: audit_heads');
END;
CREATE TRIGGER audit_heads_move_on BEFORE UPDATE ON audit_heads
WHEN NEW.organization_id <> OLD.organization_id OR NEW.sequence <= OLD.sequence
BEGIN
    SELECT RAISE(ABORT, 'immutable: audit_heads');
END;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('audit_events', 'sqlite_autoindex_audit_events_1', '1000000 1000000 1'),
    ('audit_events', 'audit_events_at', '1000000 1000000 1'),
    ('audit_events', 'audit_events_user', '1000000 1000000 1000 1'),
    ('audit_events', 'audit_events_object', '1000000 1000000 50000 5 1'),
    ('audit_events', 'audit_events_operation', '1000000 1000000 20000 1'),
    ('audit_events', 'audit_events_request', '1000000 1000000 1');
ANALYZE sqlite_schema;
