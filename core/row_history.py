"""Noting every change of a table's rows by the database, as an operation for migrations.

Statement-level AFTER triggers with transition tables: bulk updates, COPY and raw SQL are noted like a single
save, at the cost of one INSERT … SELECT a statement. docs/decisions/0007-believable-audit.md says why not
django-pghistory.
tests/architecture/test_row_history.py fails when a table holds people's data and isn't watched.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.migrations.operations import RunSQL

from core import db_roles

_EVENTS = {
    "INSERT": "NEW TABLE AS new_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
}

_FUNCTION = """
CREATE FUNCTION kl.watch_{table}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ids bigint[];
    schools bigint[];
    changes jsonb[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg({key}), array_agg({school}), array_agg('{{}}'::jsonb) INTO ids, schools, changes
        FROM new_rows AS r;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg({key}), array_agg({school}),
            array_agg(kl.row_values(to_jsonb(r), TG_ARGV[0]::text[]))
        INTO ids, schools, changes FROM old_rows AS r;
    ELSE
        SELECT array_agg(pair.row_key), array_agg(pair.school), array_agg(found.difference)
        INTO ids, schools, changes
        FROM (
            SELECT {key} AS row_key, {school} AS school, to_jsonb(was) AS was, to_jsonb(r) AS is_now
            FROM new_rows AS r JOIN old_rows AS was ON was.{primary} = r.{primary}
            OFFSET 0
        ) AS pair, LATERAL (
            SELECT jsonb_object_agg(
                one.key,
                CASE WHEN one.key = ANY(TG_ARGV[0]::text[])
                     THEN jsonb_build_array(pair.was -> one.key, one.value) ELSE 'null' END
            ) AS difference
            FROM jsonb_each(pair.is_now) AS one
            WHERE pair.was -> one.key IS DISTINCT FROM one.value AND one.key <> ALL(TG_ARGV[1]::text[])
        ) AS found
        WHERE found.difference IS NOT NULL;
    END IF;
    IF ids IS NOT NULL THEN
        PERFORM kl.note_changes(TG_TABLE_NAME, lower(TG_OP), ids, schools, changes);
    END IF;
    RETURN NULL;
END $$;
"""


def watch(
    table: str,
    *,
    shown: Sequence[str] = (),
    ignored: Sequence[str] = (),
    school: str = "r.school_id",
    primary: str = "id",
    key: str = "",
) -> RunSQL:
    """Note each inserted, changed and deleted row of `table` in core_rowchange.

    `shown` are the columns whose values are kept, before and after; of every other only the name is, so
    a column that nobody thought of leaks nothing. A change in `ignored` columns alone isn't noted: leases,
    counters. `school` and `key` are SQL over the row `r`, for tables that know their school by another table,
    or whose primary key isn't a number (or is a secret).
    """
    values = {"table": table, "school": school, "primary": primary, "key": key or f"r.{primary}"}
    arguments = ", ".join(f"'{{{','.join(names)}}}'" for names in (shown, ignored))
    make = [_FUNCTION.format(**values), db_roles.hand_to_gate(f"kl.watch_{table}()")]
    make += [
        f"CREATE TRIGGER watch_{event.lower()} AFTER {event} ON {table} REFERENCING {tables}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION kl.watch_{table}({arguments});"
        for event, tables in _EVENTS.items()
    ]
    drop = [f"DROP TRIGGER watch_{event.lower()} ON {table};" for event in _EVENTS]
    return RunSQL(" ".join(make), " ".join([*drop, f"DROP FUNCTION kl.watch_{table}();"]))
