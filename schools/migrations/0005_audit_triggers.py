"""Changes of places, roles and duties are noted by the database; and who of a school may read its trail.

Roles with AUDIT_READ are named here as texts: tests/architecture/test_row_history.py holds them to
accounts/roles.py.
"""

from django.db import migrations

from core import db_roles, rls
from core.row_history import watch

CLASS_SCHOOL = (
    "coalesce(r.school_id, (SELECT class.school_id FROM public.schools_schoolclass AS class"
    " WHERE class.id = r.school_class_id))"
)

TODAY = "(clock_timestamp() AT TIME ZONE (SELECT time_zone FROM kl.setting))::date"

MY_AUDIT_SCHOOLS = f"""
DECLARE
    person bigint := kl.me();
    found bigint[];
BEGIN
    IF person IS NOT NULL THEN
        SELECT array_agg(DISTINCT held.school_id) INTO found
        FROM public.schools_membership AS held
        WHERE held.user_id = person AND held.started_on <= {TODAY}
          AND (held.ended_on IS NULL OR held.ended_on >= {TODAY})
          AND held.role IN ('head_teacher', 'safeguarding_lead') AND held.school_id IS NOT NULL;
    END IF;
    RETURN coalesce(found, '{{}}');
END
"""

AUDIT_SCHOOLS = "(SELECT kl.my_audit_schools())::bigint[]"

# What was told about a colleague, and what is sealed, goes round those who read the trail of a whole school:
# the one whom it concerns may be among them.
EVENTS_OF_MY_SCHOOL = f"""
CREATE POLICY of_my_school ON core_auditevent FOR SELECT TO {db_roles.APP}
    USING (school_id = ANY({AUDIT_SCHOOLS}) AND NOT starts_with(event, 'concern.')
           AND NOT starts_with(coalesce(details ->> 'about', ''), 'counselling.concern')
           AND coalesce(details ->> 'sensitivity', '') <> 'sealed');
CREATE POLICY of_my_school ON core_rowchange FOR SELECT TO {db_roles.APP}
    USING (school_id = ANY({AUDIT_SCHOOLS}) AND NOT starts_with(table_name, 'counselling_concern')
           AND table_name <> 'counselling_entrygrant');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("schools", "0004_duties"),
        ("core", "0005_audit_chain"),
    ]
    operations = [
        watch("schools_area", shown=["code", "name", "level", "parent_id", "path"], school="NULL::bigint"),
        watch("schools_school", shown=["public_id", "code", "name", "area_id", "is_open"], school="r.id"),
        watch("schools_schoolyear", shown=["school_id", "starts_on", "ends_on"]),
        watch("schools_term", shown=["school_id", "year_id", "number", "starts_on", "ends_on"]),
        watch("schools_schoolday", shown=["school_id", "on", "kind", "name"]),
        watch("schools_schoolclass", shown=["public_id", "school_id", "year_id", "grade", "number"]),
        watch(
            "schools_membership",
            shown=[
                *("user_id", "role", "area_id", "school_id", "school_class_id", "started_on", "ended_on"),
                "stands_in_for_id",
            ],
            school=CLASS_SCHOOL,
        ),
        watch(
            "schools_invitation",
            shown=[
                *("public_id", "area_id", "school_id", "school_class_id", "role", "name", "email"),
                *("invited_by_id", "invited_at", "expires_at", "accepted_at", "withdrawn_at"),
                *("confirmed_by_id", "confirmed_at"),
            ],
            school=CLASS_SCHOOL,
        ),
        watch(
            "schools_duty",
            shown=["public_id", "school_id", "user_id", "kind", "starts_at", "ends_at", "planned_by_id"],
        ),
        rls.gate_function("kl.my_audit_schools()", MY_AUDIT_SCHOOLS, returns="bigint[]"),
        migrations.RunSQL(
            EVENTS_OF_MY_SCHOOL,
            "DROP POLICY of_my_school ON core_auditevent; DROP POLICY of_my_school ON core_rowchange;",
        ),
    ]
