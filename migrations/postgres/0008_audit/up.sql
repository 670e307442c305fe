-- What was done, by whom and why. Rows are only ever added; each has a hash over itself and all before it in its
-- organization. Accounts and objects that events speak of may go, so nothing here points at them.

SET LOCAL lock_timeout = '5s';

CREATE TABLE audit_events (
    organization_id bigint NOT NULL REFERENCES organizations,
    sequence bigint NOT NULL CHECK (0 < sequence), -- without gaps
    at timestamptz NOT NULL,
    user_id bigint,
    via text NOT NULL,
    api_key_id bigint,
    address text,
    request_id text,
    operation text NOT NULL,
    object_kind text NOT NULL,
    object_id bigint,
    before text, -- JSON, letter for letter as it was hashed; so is all that follows
    after text,
    verdict text,
    violations text,
    reason text,
    hash text NOT NULL,
    PRIMARY KEY (organization_id, sequence)
);
CREATE INDEX audit_events_at ON audit_events (organization_id, at);
CREATE INDEX audit_events_user ON audit_events (organization_id, user_id, sequence);
CREATE INDEX audit_events_object ON audit_events (organization_id, object_kind, object_id, sequence);
CREATE INDEX audit_events_operation ON audit_events (organization_id, operation, sequence);
CREATE INDEX audit_events_request ON audit_events (organization_id, request_id) WHERE request_id IS NOT NULL;

-- Where each chain ends. Who adds to the chain holds the lock of its row, and its end only moves on.
CREATE TABLE audit_heads (
    organization_id bigint PRIMARY KEY REFERENCES organizations,
    sequence bigint NOT NULL,
    hash text NOT NULL
);

CREATE TRIGGER audit_events_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER audit_heads_stay BEFORE DELETE OR TRUNCATE ON audit_heads
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER audit_heads_move_on BEFORE UPDATE ON audit_heads
    FOR EACH ROW WHEN (NEW.organization_id <> OLD.organization_id OR NEW.sequence <= OLD.sequence)
    EXECUTE FUNCTION refuse_change();

ALTER TABLE audit_events ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON audit_events USING (organization_id = current_organization());
ALTER TABLE audit_heads ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON audit_heads USING (organization_id = current_organization());
