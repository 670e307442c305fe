-- The embedded store's tables. `migrations/postgres` has the same tables and columns; the conformance suite holds both to one
-- meaning.
--
-- Instants are microseconds since 1970-01-01T00:00Z, days are days since 1970-01-01, times of day are microseconds since
-- midnight: integers order rightly, whatever the year. Lists and documents are JSON. `organization_id` leads every key.

CREATE TABLE organizations (
    id INTEGER NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
) STRICT;

-- The last id given out, by table: ids are never used again, not even those of removed rows.
CREATE TABLE id_sequences (
    name TEXT NOT NULL PRIMARY KEY,
    last_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sites (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    name TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    jurisdictions TEXT NOT NULL CHECK (json_type(jurisdictions) = 'array'),
    address TEXT NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE rule_sets (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    name TEXT NOT NULL,
    week_start INTEGER NOT NULL CHECK (week_start BETWEEN 1 AND 7), -- ISO 8601, Monday is 1
    day_boundary INTEGER NOT NULL,
    rules TEXT NOT NULL CHECK (json_type(rules) = 'array'),
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE teams (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    name TEXT NOT NULL,
    site_id INTEGER NOT NULL,
    rule_set_id INTEGER,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, name),
    FOREIGN KEY (organization_id, site_id) REFERENCES sites (organization_id, id),
    FOREIGN KEY (organization_id, rule_set_id) REFERENCES rule_sets (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX teams_site ON teams (organization_id, site_id);
CREATE INDEX teams_rule_set ON teams (organization_id, rule_set_id);

CREATE TABLE skills (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE positions (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    name TEXT NOT NULL,
    skill_ids TEXT NOT NULL CHECK (json_type(skill_ids) = 'array'),
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    username TEXT NOT NULL COLLATE NOCASE,
    email TEXT NOT NULL COLLATE NOCASE,
    full_name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('admin', 'manager', 'employee')),
    team_ids TEXT NOT NULL CHECK (json_type(team_ids) = 'array'),
    is_active INTEGER NOT NULL,
    password_hash TEXT,
    token_epoch INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, username),
    UNIQUE (organization_id, email)
) STRICT, WITHOUT ROWID;

CREATE TABLE refresh_tokens (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    family TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    token_epoch INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    revoked_at INTEGER,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, token_hash),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_user ON refresh_tokens (organization_id, user_id);
CREATE INDEX refresh_tokens_family ON refresh_tokens (organization_id, family);
CREATE INDEX refresh_tokens_expires_at ON refresh_tokens (organization_id, expires_at);

CREATE TABLE idempotency_keys (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    user_id INTEGER NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    etag TEXT,
    location TEXT,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id, user_id, key),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX idempotency_keys_expires_at ON idempotency_keys (organization_id, expires_at);

CREATE TABLE employees (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    number TEXT NOT NULL,
    full_name TEXT NOT NULL,
    email TEXT,
    phone TEXT,
    team_id INTEGER NOT NULL,
    user_id INTEGER,
    hired_on INTEGER NOT NULL,
    left_on INTEGER,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, number),
    UNIQUE (organization_id, user_id),
    FOREIGN KEY (organization_id, team_id) REFERENCES teams (organization_id, id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX employees_team ON employees (organization_id, team_id);

CREATE TABLE skill_grants (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    employee_id INTEGER NOT NULL,
    skill_id INTEGER NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_until INTEGER,
    evidence TEXT NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, employee_id) REFERENCES employees (organization_id, id),
    FOREIGN KEY (organization_id, skill_id) REFERENCES skills (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX skill_grants_employee ON skill_grants (organization_id, employee_id);
CREATE INDEX skill_grants_skill ON skill_grants (organization_id, skill_id);

CREATE TABLE contracts (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    employee_id INTEGER NOT NULL,
    starts_on INTEGER NOT NULL,
    ends_on INTEGER,
    min_weekly_minutes INTEGER,
    max_weekly_minutes INTEGER,
    hourly_rate_minor_units INTEGER,
    hourly_rate_currency TEXT,
    rule_set_id INTEGER,
    PRIMARY KEY (organization_id, id),
    CHECK (starts_on <= ends_on),
    CHECK ((hourly_rate_minor_units IS NULL) = (hourly_rate_currency IS NULL)),
    FOREIGN KEY (organization_id, employee_id) REFERENCES employees (organization_id, id),
    FOREIGN KEY (organization_id, rule_set_id) REFERENCES rule_sets (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contracts_employee ON contracts (organization_id, employee_id, starts_on);
CREATE INDEX contracts_rule_set ON contracts (organization_id, rule_set_id);

CREATE TABLE shift_templates (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    site_id INTEGER NOT NULL,
    position_id INTEGER NOT NULL,
    starts INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    dst_policy TEXT NOT NULL CHECK (dst_policy IN ('keep_wall_end', 'keep_duration', 'reject_gap')),
    break_minutes INTEGER NOT NULL,
    skill_ids TEXT NOT NULL CHECK (json_type(skill_ids) = 'array'),
    tags TEXT NOT NULL CHECK (json_type(tags) = 'array'),
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, code),
    FOREIGN KEY (organization_id, site_id) REFERENCES sites (organization_id, id),
    FOREIGN KEY (organization_id, position_id) REFERENCES positions (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX shift_templates_site ON shift_templates (organization_id, site_id);
CREATE INDEX shift_templates_position ON shift_templates (organization_id, position_id);

CREATE TABLE availabilities (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    employee_id INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('available', 'unavailable', 'preferred', 'unpreferred')),
    weekdays INTEGER NOT NULL CHECK (weekdays BETWEEN 0 AND 127), -- bit mask, Monday is 1
    hours_start INTEGER,
    hours_end INTEGER,
    valid_from INTEGER NOT NULL,
    valid_until INTEGER,
    except_on TEXT NOT NULL CHECK (json_type(except_on) = 'array'),
    weight INTEGER NOT NULL,
    template_id INTEGER,
    note TEXT NOT NULL,
    PRIMARY KEY (organization_id, id),
    CHECK ((hours_start IS NULL) = (hours_end IS NULL)),
    FOREIGN KEY (organization_id, employee_id) REFERENCES employees (organization_id, id),
    FOREIGN KEY (organization_id, template_id) REFERENCES shift_templates (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX availabilities_employee ON availabilities (organization_id, employee_id);
CREATE INDEX availabilities_template ON availabilities (organization_id, template_id);

CREATE TABLE demands (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    team_id INTEGER NOT NULL,
    template_id INTEGER NOT NULL,
    weekdays INTEGER NOT NULL CHECK (weekdays BETWEEN 0 AND 127),
    valid_from INTEGER NOT NULL,
    valid_until INTEGER,
    except_on TEXT NOT NULL CHECK (json_type(except_on) = 'array'),
    heads_min INTEGER NOT NULL,
    heads_target INTEGER NOT NULL,
    heads_max INTEGER,
    heads_under_weight INTEGER NOT NULL,
    heads_over_weight INTEGER NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, team_id) REFERENCES teams (organization_id, id),
    FOREIGN KEY (organization_id, template_id) REFERENCES shift_templates (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX demands_team ON demands (organization_id, team_id);
CREATE INDEX demands_template ON demands (organization_id, template_id);

CREATE TABLE schedules (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    team_id INTEGER NOT NULL,
    period_first INTEGER NOT NULL,
    period_end INTEGER NOT NULL, -- the day after the last
    published_number INTEGER,
    note TEXT NOT NULL,
    PRIMARY KEY (organization_id, id),
    CHECK (period_first < period_end),
    FOREIGN KEY (organization_id, team_id) REFERENCES teams (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX schedules_team ON schedules (organization_id, team_id, period_first);

CREATE TABLE publications (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id INTEGER NOT NULL,
    schedule_id INTEGER NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    published_at INTEGER NOT NULL,
    published_by INTEGER NOT NULL,
    audience TEXT NOT NULL CHECK (json_type(audience) = 'array'),
    snapshot TEXT NOT NULL CHECK (json_type(snapshot) = 'array'),
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, schedule_id, number),
    FOREIGN KEY (organization_id, schedule_id) REFERENCES schedules (organization_id, id),
    FOREIGN KEY (organization_id, published_by) REFERENCES users (organization_id, id)
) STRICT;
CREATE INDEX publications_published_by ON publications (organization_id, published_by);

CREATE TABLE shifts (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    schedule_id INTEGER NOT NULL,
    label TEXT NOT NULL,
    template_id INTEGER,
    site_id INTEGER NOT NULL,
    position_id INTEGER NOT NULL,
    working_day INTEGER NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    break_minutes INTEGER NOT NULL,
    skill_ids TEXT NOT NULL CHECK (json_type(skill_ids) = 'array'),
    tags TEXT NOT NULL CHECK (json_type(tags) = 'array'),
    heads_min INTEGER NOT NULL,
    heads_target INTEGER NOT NULL,
    heads_max INTEGER,
    heads_under_weight INTEGER NOT NULL,
    heads_over_weight INTEGER NOT NULL,
    PRIMARY KEY (organization_id, id),
    CHECK (starts_at < ends_at AND ends_at <= starts_at + 86400000000), -- a day at the most: look-ups of overlaps rely on it
    UNIQUE (organization_id, id, starts_at, ends_at), -- what assignments point at
    FOREIGN KEY (organization_id, schedule_id) REFERENCES schedules (organization_id, id),
    FOREIGN KEY (organization_id, template_id) REFERENCES shift_templates (organization_id, id),
    FOREIGN KEY (organization_id, site_id) REFERENCES sites (organization_id, id),
    FOREIGN KEY (organization_id, position_id) REFERENCES positions (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX shifts_starts_at ON shifts (organization_id, starts_at, id);
CREATE INDEX shifts_schedule ON shifts (organization_id, schedule_id, starts_at, id);
CREATE INDEX shifts_working_day ON shifts (organization_id, working_day);
CREATE INDEX shifts_template ON shifts (organization_id, template_id);
CREATE INDEX shifts_site ON shifts (organization_id, site_id);
CREATE INDEX shifts_position ON shifts (organization_id, position_id);

-- The span is part of the reference to the shift: it cannot differ, and it moves when the shift moves.
CREATE TABLE assignments (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    shift_id INTEGER NOT NULL,
    employee_id INTEGER NOT NULL,
    pinned INTEGER NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('manual', 'import', 'optimization')),
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, shift_id, employee_id),
    FOREIGN KEY (organization_id, shift_id, starts_at, ends_at)
        REFERENCES shifts (organization_id, id, starts_at, ends_at) ON UPDATE CASCADE,
    FOREIGN KEY (organization_id, employee_id) REFERENCES employees (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX assignments_shift_span ON assignments (organization_id, shift_id, starts_at, ends_at);
CREATE INDEX assignments_employee ON assignments (organization_id, employee_id, starts_at, ends_at);

CREATE TABLE optimizations (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    schedule_id INTEGER NOT NULL,
    requested_by INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'cancelled', 'failed')),
    seed INTEGER NOT NULL, -- this and the next three: 64 bits without a sign
    max_steps INTEGER NOT NULL,
    max_ms INTEGER NOT NULL,
    steps INTEGER NOT NULL,
    score_hard INTEGER,
    score_soft INTEGER,
    proposal TEXT NOT NULL CHECK (json_type(proposal) = 'array'),
    cancel_requested INTEGER NOT NULL,
    failure TEXT,
    generation INTEGER NOT NULL,
    leased_until INTEGER,
    started_at INTEGER,
    finished_at INTEGER,
    applied_at INTEGER,
    PRIMARY KEY (organization_id, id),
    CHECK ((score_hard IS NULL) = (score_soft IS NULL)),
    FOREIGN KEY (organization_id, schedule_id) REFERENCES schedules (organization_id, id),
    FOREIGN KEY (organization_id, requested_by) REFERENCES users (organization_id, id)
) STRICT;
CREATE INDEX optimizations_schedule ON optimizations (organization_id, schedule_id);
CREATE INDEX optimizations_requested_by ON optimizations (organization_id, requested_by);
CREATE INDEX optimizations_unfinished ON optimizations (organization_id, id) WHERE state IN ('queued', 'running');
