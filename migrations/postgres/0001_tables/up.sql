-- The tables. `migrations/sqlite` has the same tables and columns; the conformance suite holds both to one meaning.
--
-- organization_id leads every key, so that the schema can be partitioned or sharded by it unchanged. A row-level
-- security policy holds each transaction to the organization named in app.organization_id; it binds the tables' owner
-- too, but no superuser, so the service must not connect as one.

SET LOCAL lock_timeout = '5s';

CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Upper case becomes lower case for ASCII letters alone, whatever the database's locale: both stores agree on that.
CREATE FUNCTION ascii_lower(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN lower(value COLLATE "C");

CREATE FUNCTION contains_text(haystack text, needle text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN strpos(lower(haystack COLLATE "C"), lower(needle COLLATE "C")) > 0;

-- None (and so no row) where no organization has been named.
CREATE FUNCTION current_organization() RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('app.organization_id', true), '')::bigint;

CREATE TABLE organizations (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    name text NOT NULL
);

CREATE TABLE rule_sets (
    organization_id bigint NOT NULL REFERENCES organizations,
    id bigint GENERATED ALWAYS AS IDENTITY,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    name text NOT NULL,
    week_start smallint NOT NULL CHECK (week_start BETWEEN 1 AND 7), -- ISO 8601, Monday is 1
    day_boundary time NOT NULL,
    rules jsonb NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, name)
);

CREATE TABLE sites (
    organization_id bigint NOT NULL REFERENCES organizations,
    id bigint GENERATED ALWAYS AS IDENTITY,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    name text NOT NULL,
    time_zone text NOT NULL,
    jurisdictions text[] NOT NULL,
    address text NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, name)
);

CREATE TABLE teams (
    organization_id bigint NOT NULL REFERENCES organizations,
    id bigint GENERATED ALWAYS AS IDENTITY,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    name text NOT NULL,
    site_id bigint NOT NULL,
    rule_set_id bigint,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, name),
    FOREIGN KEY (organization_id, site_id) REFERENCES sites,
    FOREIGN KEY (organization_id, rule_set_id) REFERENCES rule_sets
);
CREATE INDEX teams_site ON teams (organization_id, site_id);
CREATE INDEX teams_rule_set ON teams (organization_id, rule_set_id) WHERE rule_set_id IS NOT NULL;

CREATE TABLE skills (
    organization_id bigint NOT NULL REFERENCES organizations,
    id bigint GENERATED ALWAYS AS IDENTITY,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, name)
);

CREATE TABLE positions (
    organization_id bigint NOT NULL REFERENCES organizations,
    id bigint GENERATED ALWAYS AS IDENTITY,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    name text NOT NULL,
    skill_ids bigint[] NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, name)
);

CREATE TABLE users (
    organization_id bigint NOT NULL REFERENCES organizations,
    id bigint GENERATED ALWAYS AS IDENTITY,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    username text NOT NULL,
    email text NOT NULL,
    full_name text NOT NULL,
    role text NOT NULL CHECK (role IN ('admin', 'manager', 'employee')),
    team_ids bigint[] NOT NULL,
    is_active boolean NOT NULL,
    password_hash text,
    token_epoch bigint NOT NULL DEFAULT 0,
    -- Columns, since lower() is not leak-proof and an index on it would not serve under row-level security.
    username_folded text NOT NULL GENERATED ALWAYS AS (ascii_lower(username)) STORED,
    email_folded text NOT NULL GENERATED ALWAYS AS (ascii_lower(email)) STORED,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, username_folded),
    UNIQUE (organization_id, email_folded)
);

CREATE TABLE refresh_tokens (
    organization_id bigint NOT NULL REFERENCES organizations,
    id bigint GENERATED ALWAYS AS IDENTITY,
    created_at timestamptz NOT NULL,
    user_id bigint NOT NULL,
    family text NOT NULL,
    token_hash text NOT NULL,
    token_epoch bigint NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, token_hash),
    FOREIGN KEY (organization_id, user_id) REFERENCES users ON DELETE CASCADE
);
CREATE INDEX refresh_tokens_user ON refresh_tokens (organization_id, user_id);
CREATE INDEX refresh_tokens_family ON refresh_tokens (organization_id, family);
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (organization_id, expires_at);

CREATE TABLE employees (
    organization_id bigint NOT NULL REFERENCES organizations,
    id bigint GENERATED ALWAYS AS IDENTITY,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    number text NOT NULL,
    full_name text NOT NULL,
    email text,
    phone text,
    team_id bigint NOT NULL,
    user_id bigint,
    hired_on date NOT NULL,
    left_on date,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, number),
    UNIQUE (organization_id, user_id),
    FOREIGN KEY (organization_id, team_id) REFERENCES teams,
    FOREIGN KEY (organization_id, user_id) REFERENCES users
);
CREATE INDEX employees_team ON employees (organization_id, team_id);

CREATE TABLE skill_grants (
    organization_id bigint NOT NULL REFERENCES organizations,
    id bigint GENERATED ALWAYS AS IDENTITY,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    employee_id bigint NOT NULL,
    skill_id bigint NOT NULL,
    valid_from date NOT NULL,
    valid_until date,
    evidence text NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, employee_id) REFERENCES employees,
    FOREIGN KEY (organization_id, skill_id) REFERENCES skills
);
CREATE INDEX skill_grants_employee ON skill_grants (organization_id, employee_id);
CREATE INDEX skill_grants_skill ON skill_grants (organization_id, skill_id);

CREATE TABLE contracts (
    organization_id bigint NOT NULL REFERENCES organizations,
    id bigint GENERATED ALWAYS AS IDENTITY,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    employee_id bigint NOT NULL,
    starts_on date NOT NULL,
    ends_on date,
    min_weekly_minutes bigint,
    max_weekly_minutes bigint,
    hourly_rate_minor_units bigint,
    hourly_rate_currency text,
    rule_set_id bigint,
    PRIMARY KEY (organization_id, id),
    CHECK (starts_on <= ends_on),
    CHECK ((hourly_rate_minor_units IS NULL) = (hourly_rate_currency IS NULL)),
    FOREIGN KEY (organization_id, employee_id) REFERENCES employees,
    FOREIGN KEY (organization_id, rule_set_id) REFERENCES rule_sets,
    CONSTRAINT contracts_overlap EXCLUDE USING gist
        (organization_id WITH =, employee_id WITH =, daterange(starts_on, ends_on, '[]') WITH &&)
);
CREATE INDEX contracts_employee ON contracts (organization_id, employee_id);
CREATE INDEX contracts_rule_set ON contracts (organization_id, rule_set_id) WHERE rule_set_id IS NOT NULL;

CREATE TABLE shift_templates (
    organization_id bigint NOT NULL REFERENCES organizations,
    id bigint GENERATED ALWAYS AS IDENTITY,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    site_id bigint NOT NULL,
    position_id bigint NOT NULL,
    starts time NOT NULL,
    ends time NOT NULL,
    dst_policy text NOT NULL CHECK (dst_policy IN ('keep_wall_end', 'keep_duration', 'reject_gap')),
    break_minutes bigint NOT NULL,
    skill_ids bigint[] NOT NULL,
    tags text[] NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, code),
    FOREIGN KEY (organization_id, site_id) REFERENCES sites,
    FOREIGN KEY (organization_id, position_id) REFERENCES positions
);
CREATE INDEX shift_templates_site ON shift_templates (organization_id, site_id);
CREATE INDEX shift_templates_position ON shift_templates (organization_id, position_id);

CREATE TABLE availabilities (
    organization_id bigint NOT NULL REFERENCES organizations,
    id bigint GENERATED ALWAYS AS IDENTITY,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    employee_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('available', 'unavailable', 'preferred', 'unpreferred')),
    weekdays smallint NOT NULL CHECK (weekdays BETWEEN 0 AND 127), -- bit mask, Monday is 1
    hours_start time,
    hours_end time,
    valid_from date NOT NULL,
    valid_until date,
    except_on date[] NOT NULL,
    weight bigint NOT NULL,
    template_id bigint,
    note text NOT NULL,
    PRIMARY KEY (organization_id, id),
    CHECK ((hours_start IS NULL) = (hours_end IS NULL)),
    FOREIGN KEY (organization_id, employee_id) REFERENCES employees,
    FOREIGN KEY (organization_id, template_id) REFERENCES shift_templates
);
CREATE INDEX availabilities_employee ON availabilities (organization_id, employee_id);
CREATE INDEX availabilities_template ON availabilities (organization_id, template_id) WHERE template_id IS NOT NULL;

CREATE TABLE demands (
    organization_id bigint NOT NULL REFERENCES organizations,
    id bigint GENERATED ALWAYS AS IDENTITY,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    team_id bigint NOT NULL,
    template_id bigint NOT NULL,
    weekdays smallint NOT NULL CHECK (weekdays BETWEEN 0 AND 127),
    valid_from date NOT NULL,
    valid_until date,
    except_on date[] NOT NULL,
    heads_min integer NOT NULL,
    heads_target integer NOT NULL,
    heads_max integer,
    heads_under_weight bigint NOT NULL,
    heads_over_weight bigint NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, team_id) REFERENCES teams,
    FOREIGN KEY (organization_id, template_id) REFERENCES shift_templates
);
CREATE INDEX demands_team ON demands (organization_id, team_id);
CREATE INDEX demands_template ON demands (organization_id, template_id);

CREATE TABLE schedules (
    organization_id bigint NOT NULL REFERENCES organizations,
    id bigint GENERATED ALWAYS AS IDENTITY,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    team_id bigint NOT NULL,
    period_first date NOT NULL,
    period_end date NOT NULL, -- the day after the last
    published_number bigint,
    note text NOT NULL,
    PRIMARY KEY (organization_id, id),
    CHECK (period_first < period_end),
    FOREIGN KEY (organization_id, team_id) REFERENCES teams,
    CONSTRAINT schedules_overlap EXCLUDE USING gist
        (organization_id WITH =, team_id WITH =, daterange(period_first, period_end, '[)') WITH &&)
);
CREATE INDEX schedules_team ON schedules (organization_id, team_id, period_first);
CREATE INDEX schedules_period ON schedules (organization_id, period_end);

CREATE TABLE publications (
    organization_id bigint NOT NULL REFERENCES organizations,
    id bigint GENERATED ALWAYS AS IDENTITY,
    schedule_id bigint NOT NULL,
    number bigint NOT NULL CHECK (number > 0),
    published_at timestamptz NOT NULL,
    published_by bigint NOT NULL,
    audience bigint[] NOT NULL,
    snapshot jsonb NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, schedule_id, number),
    FOREIGN KEY (organization_id, schedule_id) REFERENCES schedules,
    FOREIGN KEY (organization_id, published_by) REFERENCES users
);
CREATE INDEX publications_publisher ON publications (organization_id, published_by);

CREATE TABLE shifts (
    organization_id bigint NOT NULL REFERENCES organizations,
    id bigint GENERATED ALWAYS AS IDENTITY,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    schedule_id bigint NOT NULL,
    label text NOT NULL,
    template_id bigint,
    site_id bigint NOT NULL,
    position_id bigint NOT NULL,
    working_day date NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    break_minutes bigint NOT NULL,
    skill_ids bigint[] NOT NULL,
    tags text[] NOT NULL,
    heads_min integer NOT NULL,
    heads_target integer NOT NULL,
    heads_max integer,
    heads_under_weight bigint NOT NULL,
    heads_over_weight bigint NOT NULL,
    PRIMARY KEY (organization_id, id),
    CHECK (starts_at < ends_at AND ends_at <= starts_at + interval '24 hours'),
    UNIQUE (organization_id, id, starts_at, ends_at), -- what assignments point at
    FOREIGN KEY (organization_id, schedule_id) REFERENCES schedules,
    FOREIGN KEY (organization_id, template_id) REFERENCES shift_templates,
    FOREIGN KEY (organization_id, site_id) REFERENCES sites,
    FOREIGN KEY (organization_id, position_id) REFERENCES positions
);
CREATE INDEX shifts_starts_at ON shifts (organization_id, starts_at, id);
CREATE INDEX shifts_schedule ON shifts (organization_id, schedule_id, starts_at, id);
CREATE INDEX shifts_working_day ON shifts (organization_id, working_day);
CREATE INDEX shifts_site ON shifts (organization_id, site_id, starts_at);
CREATE INDEX shifts_position ON shifts (organization_id, position_id, starts_at);
CREATE INDEX shifts_template ON shifts (organization_id, template_id) WHERE template_id IS NOT NULL;

-- The span is part of the reference to the shift: it cannot differ, and it moves when the shift moves.
CREATE TABLE assignments (
    organization_id bigint NOT NULL REFERENCES organizations,
    id bigint GENERATED ALWAYS AS IDENTITY,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    shift_id bigint NOT NULL,
    employee_id bigint NOT NULL,
    pinned boolean NOT NULL,
    source text NOT NULL CHECK (source IN ('manual', 'import', 'optimization')),
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    during tstzrange NOT NULL GENERATED ALWAYS AS (tstzrange(starts_at, ends_at, '[)')) STORED,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT assignments_shift_employee_key UNIQUE (organization_id, shift_id, employee_id),
    FOREIGN KEY (organization_id, shift_id, starts_at, ends_at)
        REFERENCES shifts (organization_id, id, starts_at, ends_at) ON UPDATE CASCADE,
    FOREIGN KEY (organization_id, employee_id) REFERENCES employees,
    CONSTRAINT assignments_overlap EXCLUDE USING gist (organization_id WITH =, employee_id WITH =, during WITH &&)
);
-- One employee's assignments do not overlap, so the order of their ends is the order of their starts, and a look at a
-- window reads nothing of the past however long that grows. (The range operators above are of no use to a query: they
-- are not leak-proof, so row-level security keeps them out of index conditions.)
CREATE INDEX assignments_employee ON assignments (organization_id, employee_id, ends_at);

CREATE TABLE optimizations (
    organization_id bigint NOT NULL REFERENCES organizations,
    id bigint GENERATED ALWAYS AS IDENTITY,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    schedule_id bigint NOT NULL,
    requested_by bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('queued', 'running', 'done', 'cancelled', 'failed')),
    seed bigint NOT NULL, -- the bits of an unsigned number
    max_steps bigint NOT NULL, -- likewise, as are all counts below
    max_ms bigint NOT NULL,
    steps bigint NOT NULL,
    score_hard bigint,
    score_soft bigint,
    proposal jsonb NOT NULL,
    cancel_requested boolean NOT NULL,
    failure text,
    generation bigint NOT NULL,
    leased_until timestamptz,
    started_at timestamptz,
    finished_at timestamptz,
    applied_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CHECK ((score_hard IS NULL) = (score_soft IS NULL)),
    FOREIGN KEY (organization_id, schedule_id) REFERENCES schedules,
    FOREIGN KEY (organization_id, requested_by) REFERENCES users
);
CREATE INDEX optimizations_schedule ON optimizations (organization_id, schedule_id);
CREATE INDEX optimizations_requester ON optimizations (organization_id, requested_by);
CREATE INDEX optimizations_queue ON optimizations (organization_id, id) WHERE state IN ('queued', 'running');

CREATE TABLE idempotency_keys (
    organization_id bigint NOT NULL REFERENCES organizations,
    user_id bigint NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    status integer NOT NULL,
    body text NOT NULL,
    etag text,
    location text,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, user_id, key),
    FOREIGN KEY (organization_id, user_id) REFERENCES users ON DELETE CASCADE
);
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (organization_id, expires_at);
