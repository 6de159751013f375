"""The database's own word on roles: nobody gives themselves one, and a role given isn't rewritten but ended.

Row security lets the people of a school write its memberships, since administrators do; without this an
injected statement could make whoever is signed in the safeguarding lead. The program's own scope (accepting
an invitation, commands) is let through.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION kl.membership_stands() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF kl.is_program() THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.user_id IS NOT DISTINCT FROM kl.me() THEN
            RAISE insufficient_privilege USING MESSAGE = 'nobody gives themselves a role';
        END IF;
    ELSIF to_jsonb(NEW) - 'ended_on' IS DISTINCT FROM to_jsonb(OLD) - 'ended_on' THEN
        RAISE insufficient_privilege USING MESSAGE = 'a role is ended, not rewritten';
    ELSIF NEW.user_id IS NOT DISTINCT FROM kl.me() AND OLD.ended_on IS NOT NULL
          AND (NEW.ended_on IS NULL OR NEW.ended_on > OLD.ended_on) THEN
        RAISE insufficient_privilege USING MESSAGE = 'nobody lengthens a role of their own';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER membership_stands BEFORE INSERT OR UPDATE ON schools_membership
FOR EACH ROW EXECUTE FUNCTION kl.membership_stands();
"""

BACKWARD = """
DROP TRIGGER membership_stands ON schools_membership;
DROP FUNCTION kl.membership_stands();
"""


class Migration(migrations.Migration):
    dependencies = [("schools", "0006_encrypted_phone")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
