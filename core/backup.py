"""Backups: the database as one moment saw it, the files, and a manifest to compare with; never the keys.

Within core.archive's encryption lies a tar: `database.dump.NNNN` (parts of one pg_dump in custom format),
`media/…`, and at the end `manifest.json` with the rows and a checksum of every table, worked out in the
dump's own snapshot. Nothing clear touches the disk. Keys are backed up apart (`backup_keys`): who finds one
of the two has nothing.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connections
from psycopg2 import extensions, sql

from core.archive import ArchiveError, Reader, Writer

FORMAT = 1
PART = 8 * 1024 * 1024
DUMP, MEDIA, MANIFEST = "database.dump.", "media/", "manifest.json"
SCHEMAS = ("public", "kl")
# Scopes are of the moment, and the secret that proves them is an installation's: `restore` puts its own.
LEFT_OUT = ("kl.scope", "kl.setting")
# So that a row's text is the same wherever it's read.
_PLAIN = (
    "SET timezone = 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'postgres';"
    " SET extra_float_digits = 1; SET bytea_output = 'hex'; SET search_path = pg_catalog"
)


_SUM = "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text FROM {} AS t"


class BackupError(Exception):
    """It can't be backed up or restored; one line, with the remedy."""


@dataclass(frozen=True)
class Table:
    """What is compared of a table: how many rows, and a checksum over all of them in any order."""

    rows: int
    checksum: str


@dataclass
class Manifest:
    """What a backup holds."""

    made_at: str
    tables: dict[str, Table]
    files: dict[str, str] = field(default_factory=dict)
    dump: str = ""
    format: int = FORMAT

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), indent=1, sort_keys=True).encode()

    @classmethod
    def from_json(cls, content: bytes) -> Manifest:
        found: dict[str, Any] = json.loads(content)
        if found.get("format") != FORMAT:
            raise BackupError("The backup is of a newer Kiteline: restore it with that one.")
        tables = {name: Table(**one) for name, one in found.pop("tables").items()}
        return cls(tables=tables, **found)


def program(name: str) -> str:
    """pg_dump and its like, from the folder POSTGRES_PROGRAMS, else from PATH. Raises BackupError."""
    folder = settings.POSTGRES_PROGRAMS
    if found := shutil.which(name, path=str(folder) if folder else None):
        return found
    raise BackupError(f"There is no {name} here: install PostgreSQL's client programs, or set PG_BIN.")


def dsn() -> str:
    """How kl_backup signs in to the database that the program works in now. Raises BackupError."""
    if not settings.DATABASE_BACKUP_URL:
        raise BackupError("Set DATABASE_BACKUP_URL: the address with which kl_backup signs in.")
    name = connections["default"].settings_dict["NAME"]
    return extensions.make_dsn(settings.DATABASE_BACKUP_URL, dbname=name)


# --- comparing --------------------------------------------------------------------------------------


def summary(connection: extensions.connection) -> dict[str, Table]:
    """Rows and checksum of every table; two databases with the same rows give the same."""
    with connection.cursor() as cursor:
        cursor.execute(_PLAIN)
        cursor.execute(
            "SELECT n.nspname, c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
            " WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname = ANY(%s) ORDER BY 1, 2",
            [list(SCHEMAS)],
        )
        names = [(schema, name) for schema, name in cursor.fetchall() if f"{schema}.{name}" not in LEFT_OUT]
        return {f"{schema}.{name}": _sum_up(cursor, schema, name) for schema, name in names}


def _sum_up(cursor: extensions.cursor, schema: str, name: str) -> Table:
    """A sum of 64-bit hashes: no order needed, and a row twice counts twice."""
    cursor.execute(sql.SQL(_SUM).format(sql.Identifier(schema, name)))
    rows, checksum = cursor.fetchone() or (0, "")
    return Table(rows, checksum)


def differences(expected: dict[str, Table], found: dict[str, Table]) -> list[str]:
    """One line for each table that isn't the same."""
    lines = []
    for name in sorted(expected.keys() | found.keys()):
        was, now = expected.get(name), found.get(name)
        if was is None or now is None:
            lines.append(f"{name}: {'missing' if now is None else 'was not in the backup'}")
        elif was.rows != now.rows:
            lines.append(f"{name}: {now.rows} rows instead of {was.rows}")
        elif was != now:
            lines.append(f"{name}: the same number of rows ({was.rows}), other content")
    return lines


# --- writing ----------------------------------------------------------------------------------------


def write(path: Path, *, dsn: str, media: Path, passphrase: str, made_at: str) -> Manifest:
    """Write a backup, then read it again from the disk. Raises BackupError or ArchiveError.

    `dsn` signs in as kl_backup, who reads every row. The file appears under its name only when it's whole.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(path.name + ".part")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            writer = Writer(file, passphrase)
            manifest = _fill(writer, dsn, media, made_at)
            writer.finish()
            file.flush()
            os.fsync(file.fileno())
        check(aside, passphrase=passphrase)
        aside.rename(path)
    finally:
        aside.unlink(missing_ok=True)
    return manifest


def _fill(writer: Writer, dsn: str, media: Path, made_at: str) -> Manifest:
    with tarfile.open(fileobj=writer, mode="w|") as tar, closing(psycopg2.connect(dsn)) as connection:  # type: ignore[arg-type]
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone() or ("",)
        digest = _add_dump(tar, dsn, snapshot)
        manifest = Manifest(made_at, summary(connection), dump=digest)
        for name in sorted(_files(media)):
            manifest.files[name] = _add(tar, MEDIA + name, (media / name).read_bytes())
        _add(tar, MANIFEST, manifest.to_json())
    return manifest


def _files(folder: Path) -> Iterator[str]:
    for found in folder.rglob("*") if folder.is_dir() else ():
        if found.is_file() and not found.is_symlink():
            yield str(found.relative_to(folder))


def _add_dump(tar: tarfile.TarFile, dsn: str, snapshot: str) -> str:
    """pg_dump's output in parts, straight into the archive; returns its SHA-256."""
    command = [
        program("pg_dump"),
        "--format=custom",
        f"--snapshot={snapshot}",
        "--no-password",
        f"--dbname={dsn}",
    ]
    command += ["--no-unlogged-table-data", *(f"--exclude-table-data={table}" for table in LEFT_OUT)]
    whole, number = hashlib.sha256(), 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as dump:
        assert dump.stdout is not None and dump.stderr is not None  # noqa: S101, PT018  pipes were asked for
        while part := dump.stdout.read(PART):
            whole.update(part)
            _add(tar, f"{DUMP}{number:04d}", part)
            number += 1
        said = dump.stderr.read().decode(errors="replace").strip()
    if dump.returncode:
        raise BackupError(f"pg_dump failed: {said.splitlines()[-1] if said else dump.returncode}")
    return whole.hexdigest()


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> str:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o600
    tar.addfile(member, io.BytesIO(content))
    return hashlib.sha256(content).hexdigest()


# --- reading ----------------------------------------------------------------------------------------


@contextmanager
def members(path: Path, passphrase: str) -> Iterator[Iterator[tuple[str, bytes]]]:
    """The files in a backup, one after the other. Raises ArchiveError where it isn't whole."""
    try:
        with path.open("rb") as file:
            reader = Reader(file, passphrase)
            with tarfile.open(fileobj=io.BufferedReader(reader, PART), mode="r|") as tar:
                yield _contents(tar)
            reader.drain()
    except OSError as error:
        raise BackupError(f"{path} can't be read: {error.strerror or error}.") from None
    except tarfile.TarError as error:
        raise ArchiveError(f"The backup is damaged ({error}): take another copy of it.") from None


def _contents(tar: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    for member in tar:
        if (content := tar.extractfile(member)) is not None:
            yield member.name, content.read()


def check(path: Path, *, passphrase: str) -> Manifest:
    """Read a whole backup and compare every part with its manifest; pg_restore must understand the dump.

    Raises BackupError or ArchiveError.
    """
    whole, files, manifest = hashlib.sha256(), {}, None
    command = [program("pg_restore"), "--list"]
    with (
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as listing,
        members(path, passphrase) as found,
    ):
        for name, content in found:
            if name.startswith(DUMP):
                whole.update(content)
                _feed(listing, content)
            elif name.startswith(MEDIA):
                files[name.removeprefix(MEDIA)] = hashlib.sha256(content).hexdigest()
            elif name == MANIFEST:
                manifest = Manifest.from_json(content)
        _feed(listing, None)
    if manifest is None:
        raise BackupError(f"{path} has no manifest: it isn't whole.")
    if listing.returncode or whole.hexdigest() != manifest.dump or files != manifest.files:
        raise BackupError(f"{path} doesn't hold what its manifest says: take another copy of it.")
    return manifest


def _feed(process: subprocess.Popen[bytes], content: bytes | None) -> None:
    """pg_restore --list stops reading once it has the list."""
    try:
        if process.stdin is not None and not process.stdin.closed:
            process.stdin.close() if content is None else process.stdin.write(content)
    except BrokenPipeError:
        pass
