-- Second factors, and how people get a password of their own by mail.

-- Read with every request, so it stands beside the role: true from the confirmation of a factor until its removal.
ALTER TABLE users ADD COLUMN has_second_factor INTEGER NOT NULL DEFAULT 0;

CREATE TABLE second_factors (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    user_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    sealed_secret TEXT NOT NULL,
    is_confirmed INTEGER NOT NULL,
    last_step INTEGER NOT NULL, -- the newest 30 seconds whose code was taken
    PRIMARY KEY (organization_id, user_id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_codes (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    user_id INTEGER NOT NULL,
    code_hash TEXT NOT NULL,
    PRIMARY KEY (organization_id, user_id, code_hash),
    FOREIGN KEY (organization_id, user_id) REFERENCES second_factors (organization_id, user_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE password_tokens (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    token_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id, token_hash),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX password_tokens_user ON password_tokens (organization_id, user_id);

-- What a mail is about, never its text: a token is made when it is sent.
CREATE TABLE pending_mails (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('invitation', 'password_reset')),
    identifier TEXT NOT NULL,
    language TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX pending_mails_due ON pending_mails (organization_id, due_at);
