"""Putting a backup into a new database, and finding out whether it's the same."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connections
from psycopg2 import extensions, sql

from core import backup, db_roles, tenancy
from core.backup import BackupError, Manifest


def into(path: Path, *, database: str, admin_dsn: str, media: Path | None, passphrase: str) -> Manifest:
    """Restore a backup into a database that is new or has no tables. Raises BackupError or ArchiveError.

    The backup is read through before anything is made. Signs in as the administrator: owners and rights are
    restored too. What differs afterwards is an error, not a remark.
    """
    manifest = backup.check(path, passphrase=passphrase)
    db_roles.ensure(admin_dsn=admin_dsn, database=database)
    target = address(admin_dsn, database)
    with closing(psycopg2.connect(target)) as connection:
        _refuse_tables(connection, database)
    _restore_dump(path, target, passphrase)
    with closing(psycopg2.connect(target)) as connection, connection:
        _finish(connection)
    if wrong := backup.differences(manifest.tables, summary_of(target)):
        raise BackupError(f"{database} isn't what was backed up: {'; '.join(wrong[:5])}")
    if media is not None:
        _restore_media(path, media, passphrase)
    return manifest


def address(dsn: str, database: str) -> str:
    """The same server and role, another database."""
    return extensions.make_dsn(dsn, dbname=database)


def summary_of(dsn: str) -> dict[str, backup.Table]:
    with closing(psycopg2.connect(dsn)) as connection:
        return backup.summary(connection)


def _refuse_tables(connection: extensions.connection, database: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = ANY(%s))", [list(backup.SCHEMAS)]
        )
        if cursor.fetchone() == (True,):
            raise BackupError(
                f"The database {database} has tables already, and a backup never goes over data: "
                "name a new one (--database), or drop that one first."
            )


def _restore_dump(path: Path, dsn: str, passphrase: str) -> None:
    command = [backup.program("pg_restore"), "--exit-on-error", "--single-transaction", "--no-password"]
    command.append(f"--dbname={dsn}")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stderr is not None  # noqa: S101, PT018  pipes were asked for
        try:
            with backup.members(path, passphrase) as found:
                for name, content in found:
                    if name.startswith(backup.DUMP):
                        process.stdin.write(content)
            process.stdin.close()
        except BrokenPipeError:
            pass  # pg_restore says why
        said = process.stderr.read().decode(errors="replace").strip()
    if process.returncode:
        raise BackupError(f"pg_restore failed: {said.splitlines()[0] if said else process.returncode}")


def _finish(connection: extensions.connection) -> None:
    """What isn't inside a dump: who may connect, this installation's secret, and the planner's statistics."""
    with connection.cursor() as cursor:
        cursor.execute(db_roles.CONNECT_SQL)
        cursor.execute("SELECT to_regclass('kl.setting') IS NOT NULL")
        if cursor.fetchone() == (True,):
            cursor.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(db_roles.OWNER)))
            tenancy.install(connection)
            cursor.execute("RESET ROLE")
        cursor.execute("ANALYZE")


def _restore_media(path: Path, folder: Path, passphrase: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    root = folder.resolve()
    with backup.members(path, passphrase) as found:
        for name, content in found:
            if not name.startswith(backup.MEDIA):
                continue
            target = (root / name.removeprefix(backup.MEDIA)).resolve()
            if not target.is_relative_to(root):
                raise BackupError(f"The backup names a file outside the folder: {name}")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            target.chmod(0o600)


@contextmanager
def connected_to(database: str) -> Iterator[None]:
    """Django's connections work in another database of the same server for a while."""
    names: dict[str, Any] = {}
    try:
        for alias in settings.DATABASES:
            connections[alias].close()
            names[alias] = connections[alias].settings_dict["NAME"]
            connections[alias].settings_dict["NAME"] = database
        yield
    finally:
        for alias, name in names.items():
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = name


def drop(database: str, admin_dsn: str) -> None:
    with closing(psycopg2.connect(admin_dsn)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
            )
