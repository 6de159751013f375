"""The database's roles: who owns, who works, who only counts, who backs up.

`manage.py ensure_roles` makes them as an administrator, before the first migration;
`core/migrations/0001_database_roles.py` grants each its rights inside one database.
Source of the split: security.md, "Two locks": a program that owns its tables passes by every row policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg2
from psycopg2 import errors, extensions, sql

OWNER = "kl_owner"
APP = "kl_app"
DISTRICT = "kl_district"
STATS = "kl_stats"
BACKUP = "kl_backup"
GATE = "kl_gate"


@dataclass(frozen=True)
class Role:
    """One role and what it is for; `bypass_rls` reads every row whatever the policies say."""

    name: str
    purpose: str
    bypass_rls: bool = False
    may_sign_in: bool = True


ROLES = (
    Role(OWNER, "owns and migrates the tables; no program serves people with it"),
    Role(APP, "web and workers: reads and writes rows, owns nothing"),
    Role(DISTRICT, "reads published statistics only"),
    Role(STATS, "builds the published statistics"),
    Role(BACKUP, "reads everything, for backups", bypass_rls=True),
    Role(GATE, "owns the functions that row policies ask; nobody signs in with it", may_sign_in=False),
)


class RolesError(Exception):
    """The roles can't be made; the message is one line and says the remedy."""


def ensure(
    *, admin_dsn: str, database: str, passwords: Mapping[str, str] | None = None, createdb: bool = False
) -> list[str]:
    """Make roles and database, or bring them to their declared state. Safe to repeat; says what it made.

    `createdb` lets the owner make databases: for tests only. A role without a password here keeps the one
    it has; passwords reach the server as SCRAM verifiers, so no log can hold them.
    """
    connection = _connect(admin_dsn)
    try:
        connection.autocommit = True
        made = _ensure_roles(connection, passwords or {}, createdb=createdb)
        return made + _ensure_database(connection, database)
    except errors.InsufficientPrivilege as error:
        raise RolesError(f"The database administrator may not do this: {_first_line(error)}") from None
    finally:
        connection.close()


def _connect(admin_dsn: str) -> extensions.connection:
    """The address may name the database that is yet to be made; `postgres` is always there."""
    try:
        try:
            return psycopg2.connect(admin_dsn)
        except psycopg2.OperationalError as error:
            if "database" not in str(error) or "does not exist" not in str(error):
                raise
            return psycopg2.connect(admin_dsn, dbname="postgres")
    except psycopg2.OperationalError as error:
        raise RolesError(f"Can't connect as database administrator: {_first_line(error)}") from None


def _ensure_roles(
    connection: extensions.connection, passwords: Mapping[str, str], *, createdb: bool
) -> list[str]:
    made = []
    with connection.cursor() as cursor:
        for role in ROLES:
            name = sql.Identifier(role.name)
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role.name])
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("CREATE ROLE {}").format(name))
                made.append(f"role {role.name}")
            for statement in _declaration(cursor, role, createdb=createdb):
                cursor.execute(statement)
            if password := passwords.get(role.name):
                verifier = extensions.encrypt_password(
                    password, role.name, scope=connection, algorithm="scram-sha-256"
                )
                cursor.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(verifier)))
        _let_owner_hand_over(cursor)
        _hide_statements(cursor)
    return made


def _let_owner_hand_over(cursor: extensions.cursor) -> None:
    """The owner may give functions to the gate, but inherits none of the rows that the gate may read."""
    cursor.execute(
        "SELECT 1 FROM pg_auth_members WHERE roleid = %s::regrole AND member = %s::regrole"
        " AND set_option AND NOT inherit_option",
        [GATE, OWNER],
    )
    if cursor.fetchone() is None:
        cursor.execute(
            sql.SQL("GRANT {} TO {} WITH INHERIT FALSE, SET TRUE").format(
                sql.Identifier(GATE), sql.Identifier(OWNER)
            )
        )


def _hide_statements(cursor: extensions.cursor) -> None:
    """What the application says at this moment is shown to no other connection of its own.

    pg_stat_activity shows the statements of one role to itself, with the scope's token and with what was
    written about a child: one injected statement could read there what row security keeps from it. Only a
    superuser, or whoever may set the parameter, can do this; elsewhere the service's console does
    (docs/deployment.md), and `manage.py preflight` says when it isn't so.
    """
    cursor.execute(
        "SELECT has_parameter_privilege('track_activities', 'SET'),"
        " coalesce('track_activities=off' = ANY(rolconfig), false) FROM pg_roles WHERE rolname = %s",
        [APP],
    )
    may, done = cursor.fetchone() or (False, True)
    if may and not done:
        cursor.execute(sql.SQL("ALTER ROLE {} SET track_activities = off").format(sql.Identifier(APP)))


def shows_statements(connection: extensions.connection) -> bool:
    """Whether other connections of the same role can read what this one says."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('track_activities') = 'on'")
        return bool((cursor.fetchone() or (True,))[0])


def _declaration(cursor: extensions.cursor, role: Role, *, createdb: bool) -> list[sql.Composed]:
    """The statements that give the role its attributes; only what differs, so a repeat needs no superuser."""
    cursor.execute(
        "SELECT rolcanlogin, rolsuper, rolcreaterole, rolreplication, rolbypassrls, rolcreatedb"
        " FROM pg_roles WHERE rolname = %s",
        [role.name],
    )
    wanted = {
        "LOGIN": role.may_sign_in,
        "SUPERUSER": False,
        "CREATEROLE": False,
        "REPLICATION": False,
        "BYPASSRLS": role.bypass_rls,
        "CREATEDB": createdb and role.name == OWNER,
    }
    found = cursor.fetchone() or ()
    return [
        sql.SQL("ALTER ROLE {} {}").format(
            sql.Identifier(role.name), sql.SQL(attribute if value else f"NO{attribute}")
        )
        for (attribute, value), present in zip(wanted.items(), found, strict=True)
        if value != present
    ]


def _ensure_database(connection: extensions.connection, database: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [database])
        if (found := cursor.fetchone()) is not None:
            return _take_over(cursor, database, found[0])
        cursor.execute("SELECT pg_has_role(current_user, %s, 'SET')", [OWNER])
        if cursor.fetchone() == (False,):
            # A managed service's administrator is no superuser and must be let become the owner first.
            cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(OWNER)))
        cursor.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(
                sql.Identifier(database), sql.Identifier(OWNER)
            )
        )
    return [f"database {database}"]


def _take_over(cursor: extensions.cursor, database: str, owner: str) -> list[str]:
    """A hosting service makes the database under its own role; but the owner of its tables is ours."""
    if owner == OWNER:
        return []
    cursor.execute(
        sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(database), sql.Identifier(OWNER))
    )
    return [f"{OWNER} the owner of database {database}, which was {owner}'s"]


def refuse_unbounded(connection: extensions.connection) -> None:
    """Raise RolesError if the role could pass by row policies: as superuser, by attribute, or as owner.

    Asked at every start in production: with such a role the second lock on every child is open.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper OR rolbypassrls,"
            " EXISTS (SELECT 1 FROM pg_class WHERE relowner = pg_roles.oid AND relkind IN ('r', 'p')),"
            " EXISTS (SELECT 1 FROM pg_roles AS o"
            "         WHERE o.rolname = %s AND pg_has_role(current_user, o.oid, 'MEMBER'))"
            " FROM pg_roles WHERE rolname = current_user",
            [OWNER],
        )
        name, bypasses, owns, may_own = cursor.fetchone() or ("?", True, True, True)
    if bypasses or owns or may_own:
        raise RolesError(
            f"DATABASE_URL signs in as {name}, whom the database's row policies don't hold. "
            f"Sign in as {APP}, which `manage.py ensure_roles` makes."
        )


def hand_to_gate(function: str) -> str:
    """SQL that makes a SECURITY DEFINER function run as the gate, called by those who may use the schema."""
    return f"ALTER FUNCTION {function} OWNER TO {GATE};"


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


# --- Inside one database, run by the first migration as the owner ---------------------------------

# Said again after a restore: a dump holds no rights on the database itself.
CONNECT_SQL = f"""
DO $$ BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format(
        'GRANT CONNECT ON DATABASE %I TO {APP}, {DISTRICT}, {STATS}, {BACKUP}', current_database()
    );
END $$;
"""

GRANT_SQL = f"""{CONNECT_SQL}
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO {APP}, {DISTRICT}, {STATS}, {BACKUP};

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP};
GRANT SELECT ON ALL TABLES IN SCHEMA public TO {STATS}, {BACKUP};
GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {BACKUP};
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {APP};

ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP};
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {APP};
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT SELECT ON TABLES TO {STATS}, {BACKUP};
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT SELECT ON SEQUENCES TO {BACKUP};
"""  # noqa: S608  role names are this module's own constants

REVOKE_SQL = f"""
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public REVOKE ALL ON TABLES FROM {APP}, {STATS}, {BACKUP};
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public REVOKE ALL ON SEQUENCES FROM {APP}, {BACKUP};
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {APP}, {STATS}, {BACKUP};
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {APP}, {BACKUP};
REVOKE ALL ON SCHEMA public FROM {APP}, {DISTRICT}, {STATS}, {BACKUP};
DO $$ BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM {APP}, {DISTRICT}, {STATS}, {BACKUP}', current_database());
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO PUBLIC', current_database());
END $$;
"""
