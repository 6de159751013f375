"""`make run`'s program: comes up, says where, shares nothing it shouldn't, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import psycopg2
import pytest

from config import embedded
from tests.runtime.conftest import HOME, a_free_port, an_open_folder, as_an_ordinary_user
from tests.runtime.servers import PASSWORDS, Production, make_postgres, make_redis

START_SECONDS = 240
SECOND_START_SECONDS = 10


class Run:
    """One `make run` in a var folder of its own."""

    def __init__(self, var: Path, port: int) -> None:
        self.var = var
        self.port = port
        self.log = var.parent / "run.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.addresses: dict[str, str] = {}

    def environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE", "BROKER_URL"}
        }
        return {**kept, "KITELINE_VAR": str(self.var), "PORT": str(self.port), **self.addresses}

    def start(self) -> subprocess.Popen[bytes]:
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "scripts/run.py"],
                cwd=HOME,
                env=self.environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        return self.process

    def wait_until_ready(self) -> float:
        """Seconds from the start to the announcement."""
        begun = time.monotonic()
        assert self.process is not None
        while "Ready in" not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() - begun < START_SECONDS, self.said()
            time.sleep(0.1)
        return time.monotonic() - begun

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def again(self, **changes: str) -> subprocess.CompletedProcess[str]:
        """A second one beside it, which is expected to give up."""
        return subprocess.run(
            [sys.executable, "scripts/run.py"],
            cwd=HOME,
            env=self.environment() | changes,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def processes(self) -> list[psutil.Process]:
        assert self.process is not None
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(60)
        embedded.Server(self.var / "pg").stop()


@pytest.fixture
def run() -> Iterator[Run]:
    with an_open_folder() as folder:
        run = Run(folder / "var", a_free_port())
        yield run
        run.stop()


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


@pytest.mark.slow
def test_it_runs_survives_a_kill_starts_fast_and_stops_cleanly(run: Run) -> None:
    # A first start makes everything and names one person for each role.
    first = run.start()
    run.wait_until_ready()
    assert answers(run.port)
    assert f"http://127.0.0.1:{run.port}" in run.said()
    assert all(f" {name} " in run.said() for name in ("teacher", "counsellor", "warden", "official"))

    # A second one in the same folder says where the first is.
    beside = run.again(PORT=str(a_free_port()))
    assert beside.returncode == 1
    assert beside.stderr.startswith(f"Kiteline already runs from this folder: http://127.0.0.1:{run.port}")
    assert answers(run.port)

    # After `kill -9` no child goes on.
    children = run.processes()
    assert {"granian", "celery"} <= {word for child in children for word in command_words(child)}
    first.send_signal(signal.SIGKILL)
    first.wait()
    _, alive = psutil.wait_procs(children, timeout=30)
    assert alive == []

    # The next start finds the data, does no work twice, and is fast.
    second = run.start()
    seconds = run.wait_until_ready()
    assert "Demo district" not in run.said()
    assert "Migrating" not in run.said()
    assert seconds < SECOND_START_SECONDS * crowding()

    # Told to stop, it stops everything, the database last.
    children = run.processes()
    second.send_signal(signal.SIGINT)
    assert second.wait(60) == 0
    assert psutil.wait_procs(children, timeout=1)[1] == []
    assert run.said().rstrip().endswith("Database stopped.")
    assert not embedded.Server(run.var / "pg").is_running()


def crowding() -> float:
    """How many programs want each core: on a machine that others use too, a second is longer."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def command_words(process: psutil.Process) -> set[str]:
    try:
        return {Path(word).name for word in process.cmdline()}
    except psutil.Error:
        return set()


def test_a_port_in_use_gives_one_line_with_the_remedy(run: Run) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", run.port))
        holder.listen()

        started = run.again()

    assert started.returncode == 1
    assert re.fullmatch(
        rf"Port {run.port} on 127\.0\.0\.1 can't be used \(Address already in use\)\. "
        rf"Stop the program that has it, or choose another: make run PORT={run.port + 1}\n",
        started.stderr,
    )
    assert not (run.var / "pg").exists()


def test_a_port_that_is_no_number_gives_one_line(run: Run) -> None:
    started = run.again(PORT="eighty")

    assert (started.returncode, started.stderr) == (1, "PORT must be a number, not 'eighty'.\n")


def test_a_folder_that_is_not_writable_gives_one_line() -> None:
    with an_open_folder() as folder:
        started = as_an_ordinary_user(sys.executable, "scripts/run.py", KITELINE_VAR=str(folder / "var"))

    assert started.returncode == 1
    assert len(started.stderr.splitlines()) == 1
    assert "writable for this user" in started.stderr


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("redis-server") is None, reason="no redis-server: apt install redis-server")
def test_two_addresses_point_it_at_a_real_postgresql_and_redis(run: Run) -> None:
    with ExitStack() as stack:
        servers = Production(run.var.parent, stack)
        make_postgres(servers)
        make_redis(servers)
        run.addresses = {
            "DATABASE_URL": servers.database_url("postgres"),
            "DEMO": "no",
            "BROKER_URL": f"redis://:{PASSWORDS['redis']}@127.0.0.1:{servers.redis_port}/0",
        }

        process = run.start()
        run.wait_until_ready()
        process.terminate()

        assert process.wait(60) == 0
        assert not (run.var / "pg").exists()
        assert not (run.var / "broker").exists()
        connection = psycopg2.connect(servers.database_url("postgres"))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tableowner, count(*) > 10 FROM pg_tables WHERE schemaname = 'public' GROUP BY 1"
            )
            assert cursor.fetchall() == [("kl_owner", True)]
        connection.close()
