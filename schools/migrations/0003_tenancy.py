"""Row security of places and people, and the functions that say where somebody works.

Roles with TALK_READ_RESTRICTED are named here as texts: tests/architecture/test_row_security.py holds them
to accounts/roles.py. A day is the one of the program's time zone, and the last day of a membership counts.
"""

from django.db import migrations

from core import db_roles, rls

TODAY = "(clock_timestamp() AT TIME ZONE (SELECT time_zone FROM kl.setting))::date"

IN_FORCE = f"""
    FROM public.schools_membership AS held
    LEFT JOIN public.schools_schoolclass AS class ON class.id = held.school_class_id
    WHERE held.user_id = person AND held.started_on <= {TODAY}
      AND (held.ended_on IS NULL OR held.ended_on >= {TODAY})
"""

MY_SCHOOLS = f"""
DECLARE
    person bigint := kl.me();
    found bigint[];
BEGIN
    IF person IS NOT NULL THEN
        SELECT array_agg(DISTINCT coalesce(held.school_id, class.school_id)) INTO found {IN_FORCE}
          AND held.area_id IS NULL;
    ELSIF kl.is_program() THEN
        SELECT array_agg(id) INTO found FROM public.schools_school;
    END IF;
    RETURN coalesce(found, '{{}}');
END
"""

MY_RESTRICTED_SCHOOLS = f"""
DECLARE
    person bigint := kl.me();
    found bigint[];
BEGIN
    IF person IS NOT NULL THEN
        SELECT array_agg(DISTINCT coalesce(held.school_id, class.school_id)) INTO found {IN_FORCE}
          AND held.role IN ('counsellor', 'safeguarding_lead');
    END IF;
    RETURN coalesce(found, '{{}}');
END
"""

MY_PLACES = f"""
DECLARE
    person bigint := kl.me();
    found bigint[];
BEGIN
    IF person IS NULL THEN
        RETURN kl.my_schools();
    END IF;
    SELECT array_agg(school.id) INTO found
    FROM public.schools_school AS school JOIN public.schools_area AS area ON area.id = school.area_id
    WHERE EXISTS (
        SELECT 1 FROM public.schools_membership AS held
        JOIN public.schools_area AS answers ON answers.id = held.area_id
        WHERE held.user_id = person AND held.started_on <= {TODAY}
          AND (held.ended_on IS NULL OR held.ended_on >= {TODAY})
          AND starts_with(area.path, answers.path)
    );
    RETURN coalesce(found, '{{}}') || kl.my_schools();
END
"""

MY_CLASSES = """
DECLARE
    found bigint[];
BEGIN
    SELECT array_agg(id) INTO found
    FROM public.schools_schoolclass WHERE school_id = ANY(kl.my_schools());
    RETURN coalesce(found, '{}');
END
"""

# Officials see places, and write none.
PLACES = (
    rls.Policy("by_place", using=f"school_id = ANY({rls.MY_PLACES})", command="SELECT"),
    rls.by_school(),
)
OWN_OR_OF_MY_SCHOOL = (
    f"school_id = ANY({rls.MY_SCHOOLS})"
    " OR school_class_id = ANY((SELECT kl.my_classes())::bigint[])"
    f" OR {rls.PROGRAM}"
)


class Migration(migrations.Migration):
    dependencies = [
        ("schools", "0002_invitations_of_officials_and_of_the_first_people"),
        ("core", "0004_tenancy"),
    ]
    operations = [
        migrations.RunSQL(
            f"GRANT SELECT ON schools_area TO {db_roles.GATE};",
            f"REVOKE SELECT ON schools_area FROM {db_roles.GATE};",
        ),
        rls.gate_function("kl.my_schools()", MY_SCHOOLS, returns="bigint[]"),
        rls.gate_function("kl.my_restricted_schools()", MY_RESTRICTED_SCHOOLS, returns="bigint[]"),
        rls.gate_function("kl.my_places()", MY_PLACES, returns="bigint[]"),
        rls.gate_function("kl.my_classes()", MY_CLASSES, returns="bigint[]"),
        rls.protect(
            "schools_school",
            rls.Policy("by_place", using=f"id = ANY({rls.MY_PLACES})", command="SELECT"),
            # A new school is nobody's yet, so only the program founds one.
            rls.Policy(
                "by_school",
                using=f"id = ANY({rls.MY_SCHOOLS})",
                check=f"id = ANY({rls.MY_SCHOOLS}) OR {rls.PROGRAM}",
            ),
            rls.Policy("founding", using=rls.PROGRAM, command="SELECT"),
        ),
        rls.gate_reads("schools_school", "id", "area_id"),
        rls.protect("schools_schoolyear", *PLACES),
        rls.protect("schools_term", *PLACES),
        rls.protect("schools_schoolday", *PLACES),
        rls.protect("schools_schoolclass", *PLACES),
        rls.gate_reads("schools_schoolclass", "id", "school_id"),
        rls.protect(
            "schools_membership",
            rls.Policy("mine", using=f"user_id = {rls.ME}", command="SELECT"),
            rls.Policy("by_school", using=OWN_OR_OF_MY_SCHOOL),
        ),
        rls.gate_reads(
            "schools_membership",
            *("id", "user_id", "role", "area_id", "school_id", "school_class_id", "started_on", "ended_on"),
        ),
        rls.protect("schools_invitation", rls.Policy("by_school", using=OWN_OR_OF_MY_SCHOOL)),
        rls.unique_with_school("schools_schoolyear"),
        rls.unique_with_school("schools_schoolclass"),
        rls.same_school("schools_term", "year_id", "schools_schoolyear"),
        rls.same_school("schools_schoolclass", "year_id", "schools_schoolyear"),
        rls.same_school("schools_invitation", "school_class_id", "schools_schoolclass"),
    ]
