-- Events that are told outside of the database once the write they belong to is committed. Told ones are removed, so the
-- table stays about as small as what waits.

SET LOCAL lock_timeout = '5s';

CREATE TABLE outbox (
    organization_id bigint NOT NULL REFERENCES organizations,
    id bigint GENERATED ALWAYS AS IDENTITY,
    topic text NOT NULL,
    payload text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE INDEX outbox_waiting ON outbox (organization_id, topic, id);

ALTER TABLE outbox ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON outbox USING (organization_id = current_organization());

-- What this database is called by those who share a cache with others; one row.
CREATE TABLE installation (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    id text NOT NULL DEFAULT gen_random_uuid()::text
);
INSERT INTO installation DEFAULT VALUES;
