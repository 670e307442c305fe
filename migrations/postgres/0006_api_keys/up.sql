-- Keys with which integrations ask in somebody's name.

SET LOCAL lock_timeout = '5s';

CREATE TABLE api_keys (
    organization_id bigint NOT NULL REFERENCES organizations,
    id bigint GENERATED ALWAYS AS IDENTITY,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    user_id bigint NOT NULL,
    name text NOT NULL,
    scopes text[] NOT NULL,
    token_hash text NOT NULL,
    expires_at timestamptz NOT NULL,
    last_used_at timestamptz,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, token_hash),
    FOREIGN KEY (organization_id, user_id) REFERENCES users ON DELETE CASCADE
);
CREATE INDEX api_keys_user ON api_keys (organization_id, user_id);

ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON api_keys USING (organization_id = current_organization());
