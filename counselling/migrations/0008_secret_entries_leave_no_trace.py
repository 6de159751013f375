"""That a sealed entry or a working note exists is for its readers alone: whoever reads a school's trail sees none.

The events of sealed ones were hidden already (schools 0005), those of working notes and the changed rows of
both weren't. The program still reads all of them, to verify the chain.
"""

from django.db import migrations

from core import rls

HIDDEN = "IN ('sealed', 'process')"
# Of each table the gate reads the number and the level, no more.
LEVELS = {
    "counselling_session": "sensitivity",
    "counselling_sessiontext": "level",
    "counselling_followup": "level",
    "counselling_linkedpupil": "level",
}
LOOK = "".join(
    f"""
    IF of_table = '{table}' THEN
        RETURN EXISTS (SELECT 1 FROM public.{table} AS r WHERE r.id = of_row AND r.{column} {HIDDEN});
    END IF;"""
    for table, column in LEVELS.items()
)
IS_SECRET = f"""
BEGIN{LOOK}
    IF of_table = 'counselling_session_topics' THEN
        RETURN EXISTS (
            SELECT 1 FROM public.counselling_session_topics AS r
            JOIN public.counselling_session AS entry ON entry.id = r.session_id
            WHERE r.id = of_row AND entry.sensitivity {HIDDEN}
        );
    END IF;
    RETURN false;
END
"""
QUIET_EVENTS = rls.Policy(
    "secrets_go_round",
    command="SELECT",
    restrictive=True,
    using=f"{rls.PROGRAM} OR coalesce(details ->> 'sensitivity', '') NOT {HIDDEN}",
)
QUIET_CHANGES = rls.Policy(
    "secrets_go_round",
    command="SELECT",
    restrictive=True,
    using=f"{rls.PROGRAM} OR NOT starts_with(table_name, 'counselling_')"
    " OR NOT kl.is_secret_row(table_name::text, row_id)",
)


def _add(table, policy):
    return migrations.RunSQL(policy.create_sql(table), f"DROP POLICY {policy.name} ON {table};")


class Migration(migrations.Migration):
    dependencies = [
        ("counselling", "0007_audit_triggers"),
        ("schools", "0005_audit_triggers"),
    ]
    operations = [
        *(rls.gate_reads(table, "id", column) for table, column in LEVELS.items()),
        rls.gate_reads("counselling_session_topics", "id", "session_id"),
        rls.gate_function("kl.is_secret_row(of_table text, of_row bigint)", IS_SECRET, returns="boolean"),
        _add("core_auditevent", QUIET_EVENTS),
        _add("core_rowchange", QUIET_CHANGES),
    ]
