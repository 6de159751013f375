"""The database's own word on break-glass: a use isn't rewritten, reopened, or approved and judged in another's name."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION kl.emergency_stands() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    may_change text[] := ARRAY['ended_at', 'approved_by_id', 'approved_at', 'verdict', 'note',
                               'reviewed_by_id', 'reviewed_at'];
BEGIN
    IF kl.is_program() THEN
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - may_change IS DISTINCT FROM to_jsonb(OLD) - may_change
       OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at) THEN
        RAISE insufficient_privilege USING MESSAGE = 'a use of break-glass is ended, not rewritten';
    END IF;
    IF (NEW.approved_by_id IS DISTINCT FROM OLD.approved_by_id AND NEW.approved_by_id IS DISTINCT FROM kl.me())
       OR (NEW.reviewed_by_id IS DISTINCT FROM OLD.reviewed_by_id
           AND NEW.reviewed_by_id IS DISTINCT FROM kl.me()) THEN
        RAISE insufficient_privilege USING MESSAGE = 'nobody approves or judges in another''s name';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER emergency_stands BEFORE UPDATE ON students_emergencyaccess
FOR EACH ROW EXECUTE FUNCTION kl.emergency_stands();
"""

BACKWARD = """
DROP TRIGGER emergency_stands ON students_emergencyaccess;
DROP FUNCTION kl.emergency_stands();
"""


class Migration(migrations.Migration):
    dependencies = [("students", "0006_audit_triggers")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
