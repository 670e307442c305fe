-- Sign-ins, and the refresh tokens that belong to them. A session that is not there has ended.
--
-- refresh_tokens is not read any more; whoever has one signs in again. It stays for instances of the release before, and
-- the release after drops it.

SET LOCAL lock_timeout = '5s';

CREATE TABLE sessions (
    organization_id bigint NOT NULL REFERENCES organizations,
    id bigint GENERATED ALWAYS AS IDENTITY,
    created_at timestamptz NOT NULL,
    user_id bigint NOT NULL,
    key_hash text, -- of a browser's cookie; none for sessions of bearer tokens
    token_epoch bigint NOT NULL,
    address text,
    user_agent text,
    seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, key_hash),
    CHECK (expires_at <= ends_at),
    FOREIGN KEY (organization_id, user_id) REFERENCES users ON DELETE CASCADE
);
CREATE INDEX sessions_user ON sessions (organization_id, user_id, id);
CREATE INDEX sessions_expiry ON sessions (organization_id, expires_at);

CREATE TABLE session_refresh_tokens (
    organization_id bigint NOT NULL REFERENCES organizations,
    id bigint GENERATED ALWAYS AS IDENTITY,
    created_at timestamptz NOT NULL,
    session_id bigint NOT NULL,
    token_hash text NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, token_hash),
    FOREIGN KEY (organization_id, session_id) REFERENCES sessions ON DELETE CASCADE
);
CREATE INDEX session_refresh_tokens_session ON session_refresh_tokens (organization_id, session_id);

ALTER TABLE sessions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON sessions USING (organization_id = current_organization());
ALTER TABLE session_refresh_tokens ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON session_refresh_tokens USING (organization_id = current_organization());
