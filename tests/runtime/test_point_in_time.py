"""Back to the second before a mass delete, with WAL archiving on the embedded server.

docs/how-to/backup-and-restore.md says the same for a server of one's own. The trap that security.md §6.5 names is
walked into first: the newest WAL segment isn't archived yet, so recovery ends before its target.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import psycopg2
import pytest

from config import embedded
from config.embedded_host import Account, EmbeddedError, account_for, binaries
from tests.runtime.conftest import an_open_folder
from tests.runtime.servers import wait_for

ROWS = 5_000


class Cluster:
    """An embedded server that archives its WAL, and what is restored from it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = embedded.Server(folder / "live")
        self.server.start()
        self.account: Account = account_for(self.server.base, self.server.data)
        self.archive = self.make_folder("archive")
        self.sql("ALTER SYSTEM SET archive_mode = on")
        copy = f"test ! -f {self.archive}/%f && cp %p {self.archive}/%f"
        self.sql(f"ALTER SYSTEM SET archive_command = '{copy}'")
        self.server.stop()
        self.server.start()

    def make_folder(self, name: str) -> Path:
        path = self.folder / name
        path.mkdir()
        os.chown(path, self.account.uid, self.account.gid)
        return path

    def sql(self, statement: str, server: embedded.Server | None = None) -> object:
        """One statement in autocommit; its first value."""
        dsn = (server or self.server).dsn(embedded.ADMIN_ROLE, "postgres")
        with closing(psycopg2.connect(dsn)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchone()[0] if cursor.description else None

    def base_backup(self) -> Path:
        """What a night's job makes: a copy of the cluster with the WAL it needs to be consistent."""
        target = self.make_folder("base")
        where = ["--host", str(self.server.socket_dir), "--username", embedded.ADMIN_ROLE]
        subprocess.run(
            [
                str(binaries() / "pg_basebackup"),
                *where,
                "-D",
                str(target),
                "-X",
                "stream",
                "--checkpoint=fast",
            ],
            check=True,
            cwd="/",
            **self.account.spawn_options(),
        )
        return target

    def restore(self, base: Path, until: str, name: str) -> embedded.Server:
        """A second server from the base backup and the archive, up to a moment. Raises EmbeddedError."""
        restored = embedded.Server(self.folder / name)
        self.make_folder(name)
        of_the_old_server = shutil.ignore_patterns(".s.PGSQL*", "server.log")
        shutil.copytree(base, restored.data, symlinks=True, ignore=of_the_old_server)
        with (restored.data / "postgresql.auto.conf").open("a") as settings:
            settings.write(
                f"archive_mode = off\nrestore_command = 'cp {self.archive}/%f %p'\n"
                f"recovery_target_time = '{until}'\nrecovery_target_action = 'promote'\n"
            )
        (restored.data / "recovery.signal").touch()
        for path in [restored.data, *restored.data.rglob("*")]:
            os.chown(path, self.account.uid, self.account.gid, follow_symlinks=False)
        restored.data.chmod(0o700)
        restored.start()
        return restored

    def save_the_tail(self) -> list[str]:
        """The segments that the stopped server hadn't archived yet: without them the last minutes are lost."""
        tail = [
            path
            for path in sorted((self.server.data / "pg_wal").iterdir())
            if path.is_file() and len(path.name) == 24 and not (self.archive / path.name).exists()
        ]
        for path in tail:
            shutil.copy(path, self.archive / path.name)
            os.chown(self.archive / path.name, self.account.uid, self.account.gid)
        return [path.name for path in tail]


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with an_open_folder() as folder:
        made = Cluster(folder)
        yield made
        for server in (made.server, *(embedded.Server(folder / name) for name in ("early", "late"))):
            server.stop()


def fingerprint(cluster: Cluster, server: embedded.Server | None = None) -> object:
    return cluster.sql(
        "SELECT count(*) || ':' || md5(string_agg(id || note, ',' ORDER BY id)) FROM entry", server
    )


@pytest.mark.slow
def test_the_rows_are_back_as_they_were_the_second_before_they_were_deleted(cluster: Cluster) -> None:
    cluster.sql("CREATE TABLE entry AS SELECT 0 AS id, ''::text AS note WHERE false")
    base = cluster.base_backup()
    cluster.sql(f"INSERT INTO entry SELECT n, md5(n::text) FROM generate_series(1, {ROWS}) AS n")
    before = fingerprint(cluster)
    moment = str(cluster.sql("SELECT clock_timestamp()::text"))
    time.sleep(1)
    cluster.sql("DELETE FROM entry")
    assert cluster.sql("SELECT count(*) FROM entry") == 0
    # A disaster, not an orderly stop: that would archive the last segment.
    cluster.server._run_pg_ctl(cluster.account, "stop", "-m", "immediate")

    with suppress(
        EmbeddedError
    ):  # on a slow machine it answers for a moment, as a standby, and then gives up
        cluster.restore(base, moment, "early")
    log = cluster.folder / "early" / str(embedded.MAJOR) / "server.log"
    gave_up = "recovery ended before configured recovery target was reached"
    wait_for(lambda: gave_up in log.read_text(), "the restored server to miss the tail", 60)

    assert cluster.save_the_tail()
    restored = cluster.restore(base, moment, "late")

    assert fingerprint(cluster, restored) == before
