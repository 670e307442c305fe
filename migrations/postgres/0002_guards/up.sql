-- What keys cannot say: references from lists, what must never change, and whose rows are whose.

SET LOCAL lock_timeout = '5s';

-- Lists of ids. No foreign key reaches into an array, so triggers answer as one would.

CREATE FUNCTION check_skill_ids() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.skill_ids <> '{}' THEN
        -- The share lock keeps the skills until this transaction ends.
        PERFORM FROM skills
            WHERE organization_id = NEW.organization_id AND id = ANY (NEW.skill_ids)
            ORDER BY id FOR KEY SHARE;
        IF EXISTS (SELECT FROM unnest(NEW.skill_ids) AS wanted (id) WHERE NOT EXISTS
                (SELECT FROM skills WHERE organization_id = NEW.organization_id AND skills.id = wanted.id)) THEN
            RAISE foreign_key_violation USING
                MESSAGE = format('a skill of %I is not there', TG_TABLE_NAME),
                CONSTRAINT = TG_TABLE_NAME || '_skill_ids';
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER positions_skill_ids BEFORE INSERT OR UPDATE OF skill_ids ON positions
    FOR EACH ROW EXECUTE FUNCTION check_skill_ids();
CREATE TRIGGER shift_templates_skill_ids BEFORE INSERT OR UPDATE OF skill_ids ON shift_templates
    FOR EACH ROW EXECUTE FUNCTION check_skill_ids();
CREATE TRIGGER shifts_skill_ids BEFORE INSERT OR UPDATE OF skill_ids ON shifts
    FOR EACH ROW EXECUTE FUNCTION check_skill_ids();

CREATE FUNCTION keep_needed_skill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM positions WHERE organization_id = OLD.organization_id AND OLD.id = ANY (skill_ids))
        OR EXISTS (SELECT FROM shift_templates WHERE organization_id = OLD.organization_id AND OLD.id = ANY (skill_ids))
        OR EXISTS (SELECT FROM shifts WHERE organization_id = OLD.organization_id AND OLD.id = ANY (skill_ids)) THEN
        RAISE foreign_key_violation USING MESSAGE = 'the skill is needed', CONSTRAINT = 'skill_ids';
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER skills_needed BEFORE DELETE ON skills FOR EACH ROW EXECUTE FUNCTION keep_needed_skill();

CREATE FUNCTION check_team_ids() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.team_ids <> '{}' THEN
        PERFORM FROM teams
            WHERE organization_id = NEW.organization_id AND id = ANY (NEW.team_ids)
            ORDER BY id FOR KEY SHARE;
        IF EXISTS (SELECT FROM unnest(NEW.team_ids) AS wanted (id) WHERE NOT EXISTS
                (SELECT FROM teams WHERE organization_id = NEW.organization_id AND teams.id = wanted.id)) THEN
            RAISE foreign_key_violation USING
                MESSAGE = 'a team of the user is not there', CONSTRAINT = 'users_team_ids';
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER users_team_ids BEFORE INSERT OR UPDATE OF team_ids ON users
    FOR EACH ROW EXECUTE FUNCTION check_team_ids();

CREATE FUNCTION keep_managed_team() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM users WHERE organization_id = OLD.organization_id AND OLD.id = ANY (team_ids)) THEN
        RAISE foreign_key_violation USING MESSAGE = 'the team has a manager', CONSTRAINT = 'users_team_ids';
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER teams_managed BEFORE DELETE ON teams FOR EACH ROW EXECUTE FUNCTION keep_managed_team();

-- Writers of overlapping assignments would wait for each other at the exclusion constraint until the server ends one of
-- them as a deadlock, a second later and one by one. So they queue at the employee. (Whoever writes for several employees
-- has locked them before, in order of id.)

CREATE FUNCTION queue_at_employee() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM employees
        WHERE organization_id = NEW.organization_id AND id = NEW.employee_id FOR NO KEY UPDATE;
    RETURN NEW;
END $$;

CREATE TRIGGER assignments_queue BEFORE INSERT OR UPDATE OF employee_id ON assignments
    FOR EACH ROW EXECUTE FUNCTION queue_at_employee();

-- What was published stays as it was.

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE restrict_violation USING MESSAGE = format('%I never change', TG_TABLE_NAME);
END $$;

CREATE TRIGGER publications_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON publications
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Row-level security, on every table that has an organization.

DO $$
DECLARE
    name text;
BEGIN
    FOR name IN
        SELECT table_name FROM information_schema.columns
        WHERE table_schema = current_schema() AND column_name = 'organization_id'
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY organization ON %I USING (organization_id = current_organization())', name);
    END LOOP;
END $$;
