-- What keys cannot say. A trigger that refuses a write says `duplicate: …`, `reference: …`, `conflict: …` or `immutable: …`;
-- the adapter reads that word.

-- No two assignments of one employee overlap. Since that holds of the stored rows, the last of them that starts before
-- the new one's end also ends last: one look-up decides, however long the history. The same shift twice is a duplicate,
-- which its unique key refuses.
CREATE TRIGGER assignments_no_overlap_insert BEFORE INSERT ON assignments
WHEN NEW.starts_at < (
    SELECT ends_at FROM assignments
    WHERE organization_id = NEW.organization_id AND employee_id = NEW.employee_id
        AND starts_at < NEW.ends_at AND shift_id <> NEW.shift_id
    ORDER BY starts_at DESC LIMIT 1
)
BEGIN
    SELECT RAISE(ABORT, 'conflict: assignments overlap');
END;
CREATE TRIGGER assignments_no_overlap_update BEFORE UPDATE OF employee_id, shift_id, starts_at, ends_at ON assignments
WHEN NEW.starts_at < (
    SELECT ends_at FROM assignments
    WHERE organization_id = NEW.organization_id AND employee_id = NEW.employee_id
        AND starts_at < NEW.ends_at AND shift_id <> NEW.shift_id AND id <> OLD.id
    ORDER BY starts_at DESC LIMIT 1
)
BEGIN
    SELECT RAISE(ABORT, 'conflict: assignments overlap');
END;

-- Contracts of an employee, and schedules of a team, do not overlap.
CREATE TRIGGER contracts_no_overlap_insert BEFORE INSERT ON contracts
WHEN EXISTS (
    SELECT 1 FROM contracts
    WHERE organization_id = NEW.organization_id AND employee_id = NEW.employee_id
        AND starts_on <= ifnull(NEW.ends_on, starts_on) AND NEW.starts_on <= ifnull(ends_on, NEW.starts_on)
)
BEGIN
    SELECT RAISE(ABORT, 'duplicate: period');
END;
CREATE TRIGGER contracts_no_overlap_update BEFORE UPDATE OF employee_id, starts_on, ends_on ON contracts
WHEN EXISTS (
    SELECT 1 FROM contracts
    WHERE organization_id = NEW.organization_id AND employee_id = NEW.employee_id AND id <> OLD.id
        AND starts_on <= ifnull(NEW.ends_on, starts_on) AND NEW.starts_on <= ifnull(ends_on, NEW.starts_on)
)
BEGIN
    SELECT RAISE(ABORT, 'duplicate: period');
END;
CREATE TRIGGER schedules_no_overlap_insert BEFORE INSERT ON schedules
WHEN EXISTS (
    SELECT 1 FROM schedules
    WHERE organization_id = NEW.organization_id AND team_id = NEW.team_id
        AND period_first < NEW.period_end AND NEW.period_first < period_end
)
BEGIN
    SELECT RAISE(ABORT, 'duplicate: period');
END;
CREATE TRIGGER schedules_no_overlap_update BEFORE UPDATE OF team_id, period_first, period_end ON schedules
WHEN EXISTS (
    SELECT 1 FROM schedules
    WHERE organization_id = NEW.organization_id AND team_id = NEW.team_id AND id <> OLD.id
        AND period_first < NEW.period_end AND NEW.period_first < period_end
)
BEGIN
    SELECT RAISE(ABORT, 'duplicate: period');
END;

-- What is published stays.
CREATE TRIGGER publications_immutable_update BEFORE UPDATE ON publications
BEGIN
    SELECT RAISE(ABORT, 'immutable: publications');
END;
CREATE TRIGGER publications_immutable_delete BEFORE DELETE ON publications
BEGIN
    SELECT RAISE(ABORT, 'immutable: publications');
END;

-- Lists of ids are references too.
CREATE TRIGGER positions_skill_ids_insert BEFORE INSERT ON positions
WHEN EXISTS (
    SELECT 1 FROM json_each(NEW.skill_ids) AS named
    WHERE NOT EXISTS (SELECT 1 FROM skills WHERE organization_id = NEW.organization_id AND id = named.value)
)
BEGIN
    SELECT RAISE(ABORT, 'reference: skill');
END;
CREATE TRIGGER positions_skill_ids_update BEFORE UPDATE OF skill_ids ON positions
WHEN EXISTS (
    SELECT 1 FROM json_each(NEW.skill_ids) AS named
    WHERE NOT EXISTS (SELECT 1 FROM skills WHERE organization_id = NEW.organization_id AND id = named.value)
)
BEGIN
    SELECT RAISE(ABORT, 'reference: skill');
END;
CREATE TRIGGER shift_templates_skill_ids_insert BEFORE INSERT ON shift_templates
WHEN EXISTS (
    SELECT 1 FROM json_each(NEW.skill_ids) AS named
    WHERE NOT EXISTS (SELECT 1 FROM skills WHERE organization_id = NEW.organization_id AND id = named.value)
)
BEGIN
    SELECT RAISE(ABORT, 'reference: skill');
END;
CREATE TRIGGER shift_templates_skill_ids_update BEFORE UPDATE OF skill_ids ON shift_templates
WHEN EXISTS (
    SELECT 1 FROM json_each(NEW.skill_ids) AS named
    WHERE NOT EXISTS (SELECT 1 FROM skills WHERE organization_id = NEW.organization_id AND id = named.value)
)
BEGIN
    SELECT RAISE(ABORT, 'reference: skill');
END;
CREATE TRIGGER shifts_skill_ids_insert BEFORE INSERT ON shifts
WHEN EXISTS (
    SELECT 1 FROM json_each(NEW.skill_ids) AS named
    WHERE NOT EXISTS (SELECT 1 FROM skills WHERE organization_id = NEW.organization_id AND id = named.value)
)
BEGIN
    SELECT RAISE(ABORT, 'reference: skill');
END;
CREATE TRIGGER shifts_skill_ids_update BEFORE UPDATE OF skill_ids ON shifts
WHEN EXISTS (
    SELECT 1 FROM json_each(NEW.skill_ids) AS named
    WHERE NOT EXISTS (SELECT 1 FROM skills WHERE organization_id = NEW.organization_id AND id = named.value)
)
BEGIN
    SELECT RAISE(ABORT, 'reference: skill');
END;
CREATE TRIGGER users_team_ids_insert BEFORE INSERT ON users
WHEN EXISTS (
    SELECT 1 FROM json_each(NEW.team_ids) AS named
    WHERE NOT EXISTS (SELECT 1 FROM teams WHERE organization_id = NEW.organization_id AND id = named.value)
)
BEGIN
    SELECT RAISE(ABORT, 'reference: team');
END;
CREATE TRIGGER users_team_ids_update BEFORE UPDATE OF team_ids ON users
WHEN EXISTS (
    SELECT 1 FROM json_each(NEW.team_ids) AS named
    WHERE NOT EXISTS (SELECT 1 FROM teams WHERE organization_id = NEW.organization_id AND id = named.value)
)
BEGIN
    SELECT RAISE(ABORT, 'reference: team');
END;
CREATE TRIGGER skills_still_named BEFORE DELETE ON skills
WHEN EXISTS (
    SELECT 1 FROM positions, json_each(positions.skill_ids) AS named
    WHERE positions.organization_id = OLD.organization_id AND named.value = OLD.id
)
OR EXISTS (
    SELECT 1 FROM shift_templates, json_each(shift_templates.skill_ids) AS named
    WHERE shift_templates.organization_id = OLD.organization_id AND named.value = OLD.id
)
OR EXISTS (
    SELECT 1 FROM shifts, json_each(shifts.skill_ids) AS named
    WHERE shifts.organization_id = OLD.organization_id AND named.value = OLD.id
)
BEGIN
    SELECT RAISE(ABORT, 'reference: skill');
END;
CREATE TRIGGER teams_still_named BEFORE DELETE ON teams
WHEN EXISTS (
    SELECT 1 FROM users, json_each(users.team_ids) AS named
    WHERE users.organization_id = OLD.organization_id AND named.value = OLD.id
)
BEGIN
    SELECT RAISE(ABORT, 'reference: team');
END;
