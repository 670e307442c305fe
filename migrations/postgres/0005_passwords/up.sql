-- Second factors, and how people get a password of their own by mail.

SET LOCAL lock_timeout = '5s';

-- Read with every request, so it stands beside the role: true from the confirmation of a factor until its removal.
ALTER TABLE users ADD COLUMN has_second_factor boolean NOT NULL DEFAULT false;

CREATE TABLE second_factors (
    organization_id bigint NOT NULL REFERENCES organizations,
    user_id bigint NOT NULL,
    created_at timestamptz NOT NULL,
    sealed_secret text NOT NULL,
    is_confirmed boolean NOT NULL,
    last_step bigint NOT NULL, -- the newest 30 seconds whose code was taken
    PRIMARY KEY (organization_id, user_id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users ON DELETE CASCADE
);

CREATE TABLE recovery_codes (
    organization_id bigint NOT NULL REFERENCES organizations,
    user_id bigint NOT NULL,
    code_hash text NOT NULL,
    PRIMARY KEY (organization_id, user_id, code_hash),
    FOREIGN KEY (organization_id, user_id) REFERENCES second_factors ON DELETE CASCADE
);

CREATE TABLE password_tokens (
    organization_id bigint NOT NULL REFERENCES organizations,
    token_hash text NOT NULL,
    created_at timestamptz NOT NULL,
    user_id bigint NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, token_hash),
    FOREIGN KEY (organization_id, user_id) REFERENCES users ON DELETE CASCADE
);
CREATE INDEX password_tokens_user ON password_tokens (organization_id, user_id);

-- What a mail is about, never its text: a token is made when it is sent.
CREATE TABLE pending_mails (
    organization_id bigint NOT NULL REFERENCES organizations,
    id bigint GENERATED ALWAYS AS IDENTITY,
    created_at timestamptz NOT NULL,
    kind text NOT NULL CHECK (kind IN ('invitation', 'password_reset')),
    identifier text NOT NULL,
    language text NOT NULL,
    attempts bigint NOT NULL,
    due_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX pending_mails_due ON pending_mails (organization_id, due_at);

ALTER TABLE second_factors ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON second_factors USING (organization_id = current_organization());
ALTER TABLE recovery_codes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON recovery_codes USING (organization_id = current_organization());
ALTER TABLE password_tokens ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON password_tokens USING (organization_id = current_organization());
ALTER TABLE pending_mails ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON pending_mails USING (organization_id = current_organization());
