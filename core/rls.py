"""The second lock: row-level security, as operations for migrations.

Every school-bound table is ENABLEd and FORCEd, and its policies ask one of the functions in the schema `kl`
(core/migrations/0004_tenancy.py, schools/migrations/0003_tenancy.py). No scope (core.tenancy), no rows.
The form `school_id = ANY((SELECT …)::bigint[])` is the measured one: the sub-select is worked out once for a
statement and the index on the school still serves; `IN (SELECT …)` and `EXISTS` read the whole table
(reference/security.md §1.2). tests/architecture/test_row_security.py fails on a table without policies.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.migrations.operations import RunSQL

from core import db_roles

# Not to the gate: what it asks while it answers for a policy must not ask the policies again.
_HELD = ", ".join((db_roles.APP, db_roles.OWNER, db_roles.STATS, db_roles.DISTRICT))

# Schools where the person of this scope works today; every school in a scope of the program's own.
MY_SCHOOLS = "(SELECT kl.my_schools())::bigint[]"
# The same and the schools of the areas that an official answers for: for places, never for children.
MY_PLACES = "(SELECT kl.my_places())::bigint[]"
# Schools where the person reads restricted entries (roles with TALK_READ_RESTRICTED).
MY_RESTRICTED_SCHOOLS = "(SELECT kl.my_restricted_schools())::bigint[]"
# Whose scope it is: accounts_user.id, or NULL.
ME = "(SELECT kl.me())"
# Whether the program itself works here (a command, a task, a sweep), not a person.
PROGRAM = "(SELECT kl.is_program())"


@dataclass(frozen=True)
class Policy:
    """One policy. Permissive ones add up (OR), restrictive ones all hold. `check` defaults to `using`."""

    name: str
    using: str = ""
    check: str = ""
    command: str = "ALL"
    restrictive: bool = False

    def create_sql(self, table: str) -> str:
        kind = "RESTRICTIVE" if self.restrictive else "PERMISSIVE"
        using = f" USING ({self.using})" if self.using else ""
        check = f" WITH CHECK ({self.check})" if self.check else ""
        return f"CREATE POLICY {self.name} ON {table} AS {kind} FOR {self.command} TO {_HELD}{using}{check};"


def by_school(column: str = "school_id", *, schools: str = MY_SCHOOLS) -> Policy:
    """Rows of my schools and no others, to read and to write."""
    return Policy("by_school", using=f"{column} = ANY({schools})")


def protect(table: str, *policies: Policy) -> RunSQL:
    """Enable and force row security on a table and give it its policies."""
    return RunSQL(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY; "
        + " ".join(policy.create_sql(table) for policy in policies),
        " ".join(f"DROP POLICY {policy.name} ON {table};" for policy in policies)
        + f" ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;"
        + f" ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;",
    )


def replace(table: str, name: str, *policies: Policy, was: Policy) -> RunSQL:
    """Put other policies in the place of one."""
    return RunSQL(
        f"DROP POLICY {name} ON {table}; " + " ".join(policy.create_sql(table) for policy in policies),
        " ".join(f"DROP POLICY {policy.name} ON {table};" for policy in policies) + was.create_sql(table),
    )


def gate_reads(table: str, *columns: str) -> RunSQL:
    """Let the functions of the schema `kl` read some columns of a table, past its policies."""
    named = f"({', '.join(columns)})"
    return RunSQL(
        f"GRANT SELECT {named} ON {table} TO {db_roles.GATE};"
        f" CREATE POLICY gate ON {table} FOR SELECT TO {db_roles.GATE} USING (true);",
        f"DROP POLICY gate ON {table}; REVOKE SELECT {named} ON {table} FROM {db_roles.GATE};",
    )


def gate_function(signature: str, body: str, *, returns: str) -> RunSQL:
    """A function that policies ask: stable, run as the gate. `body` is plpgsql between BEGIN and END."""
    return RunSQL(
        f"CREATE FUNCTION {signature} RETURNS {returns} LANGUAGE plpgsql STABLE PARALLEL SAFE"
        f" SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$ {body} $$;"
        + db_roles.hand_to_gate(signature),
        f"DROP FUNCTION {signature};",
    )


def same_school(table: str, column: str, target: str) -> RunSQL:
    """A composite foreign key (school_id, column) → target(school_id, id): no row points into another school.

    Foreign keys ignore row policies, so a guessed number could otherwise be pointed at.
    The target needs `unique_with_school(target)` first.
    """
    name = f"{table}_{column}_same_school"
    return RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (school_id, {column})"
        f" REFERENCES {target} (school_id, id) DEFERRABLE INITIALLY DEFERRED;",
        f"ALTER TABLE {table} DROP CONSTRAINT {name};",
    )


def unique_with_school(table: str) -> RunSQL:
    """What a composite foreign key points at."""
    name = f"{table}_school_and_id"
    return RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE (school_id, id);",
        f"ALTER TABLE {table} DROP CONSTRAINT {name};",
    )
