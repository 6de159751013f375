"""The embedded PostgreSQL: starts, is shared, survives being killed, and runs as whoever is there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg2
import pytest

from config import embedded
from tests.runtime.conftest import HOME, run_python

Make = Callable[[Path], embedded.Server]

USER_CODE = """
import os, pathlib, sys
from config import embedded
import psutil, psycopg2
os.setgroups([]); os.setgid(65534); os.setuid(65534)
server = embedded.Server(pathlib.Path(sys.argv[1]))
server.start()
psycopg2.connect(server.dsn("postgres", "postgres")).close()
print(psutil.Process(server.pid()).uids().real, server.stop(), server.is_running())
"""


def query(server: embedded.Server, statement: str) -> object:
    connection = psycopg2.connect(server.dsn("postgres", "postgres"))
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()


def kill_everything(server: embedded.Server) -> None:
    """As the kernel does when memory is out: no process gets to tidy up."""
    postmaster = psutil.Process(server.pid())
    processes = [postmaster, *postmaster.children(recursive=True)]
    for process in processes:
        process.kill()
    psutil.wait_procs(processes, timeout=10)


def test_it_starts_version_18_with_checksums_and_stops(folder: Path, make_server: Make) -> None:
    server = make_server(folder / "pg")

    server.start()

    assert server.is_running()
    assert str(query(server, "SHOW server_version")).startswith("18.")
    assert query(server, "SHOW data_checksums") == "on"
    assert query(server, "SHOW listen_addresses") == ""
    assert server.stop() is True
    assert not server.is_running()
    assert server.pid() is None


def test_only_its_own_user_can_reach_the_socket(folder: Path, make_server: Make) -> None:
    server = make_server(folder / "pg")

    server.start()

    assert server.data.stat().st_mode & 0o077 == 0
    assert (server.socket_dir / embedded.SOCKET_NAME).stat().st_mode & 0o077 == 0


def test_data_survives_when_everything_is_killed(folder: Path, make_server: Make) -> None:
    server = make_server(folder / "pg")
    server.start()
    query(server, "CREATE TABLE kept AS SELECT 7 AS number")

    kill_everything(server)
    assert (server.data / "postmaster.pid").exists()
    server.start()

    assert query(server, "SELECT number FROM kept") == 7


def test_a_process_id_that_another_program_has_by_now_is_no_obstacle(folder: Path, make_server: Make) -> None:
    server = make_server(folder / "pg")
    server.start()
    server.stop()
    stale = f"{os.getpid()}\n{server.data}\n1\n5432\n{server.socket_dir}\n\n  1 1\nready\n"
    (server.data / "postmaster.pid").write_text(stale)

    server.start()

    assert server.is_running()
    assert server.pid() != os.getpid()


@pytest.mark.parametrize("name", ["has a space and 中文", "x" * 120])
def test_odd_and_long_paths_work(folder: Path, make_server: Make, name: str) -> None:
    server = make_server(folder / name / "pg")

    server.start()

    assert query(server, "SELECT 1") == 1
    assert len(os.fsencode(server.socket_dir / embedded.SOCKET_NAME)) <= embedded.LONGEST_SOCKET_PATH


def test_a_path_that_a_shell_would_misread_is_refused(folder: Path, make_server: Make) -> None:
    server = make_server(folder / "a$b" / "pg")

    with pytest.raises(embedded.EmbeddedError, match="Move the project elsewhere"):
        server.start()


def test_the_last_user_to_leave_stops_it(folder: Path, make_server: Make) -> None:
    first, second = make_server(folder / "pg"), make_server(folder / "pg")
    first.start()
    second.start()

    assert first.stop() is False
    assert second.is_running()
    assert second.stop() is True
    assert not second.is_running()


def test_a_killed_user_does_not_keep_it_running(folder: Path, make_server: Make) -> None:
    server = make_server(folder / "pg")
    code = (
        "import sys, time, pathlib; from config import embedded;"
        "s = embedded.Server(pathlib.Path(sys.argv[1])); s.start(); print('up', flush=True); time.sleep(60)"
    )
    user = subprocess.Popen(
        [sys.executable, "-c", code, str(folder / "pg")], cwd=HOME, stdout=subprocess.PIPE, text=True
    )
    with user:
        assert user.stdout is not None
        assert user.stdout.readline() == "up\n"
        server.start()
        assert server.stop() is False
        user.send_signal(signal.SIGKILL)
        user.wait()

    server.start()

    assert server.stop() is True


def test_programs_that_start_it_at_once_share_one(folder: Path, make_server: Make) -> None:
    server = make_server(folder / "pg")
    code = (
        "import pathlib; from config import embedded;"
        f"s = embedded.Server(pathlib.Path({str(folder / 'pg')!r})); s.start(); print(s.pid())"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code], cwd=HOME, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    seen = {process.communicate(timeout=60)[0].strip() for process in started}

    assert all(process.returncode == 0 for process in started)
    assert seen == {str(server.pid())}


def test_a_cluster_whose_making_was_killed_is_made_again(folder: Path, make_server: Make) -> None:
    server = make_server(folder / "pg")
    half_made = folder / "pg" / "init-killed"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")

    server.start()

    assert server.is_running()
    assert not half_made.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_it_runs_as_an_ordinary_user(folder: Path) -> None:
    base = folder / "pg"
    base.mkdir()
    os.chown(base, 65534, 65534)

    done = run_with(USER_CODE, str(base))

    assert done.stderr == ""
    assert done.stdout.split() == ["65534", "True", "False"]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_root_runs_it_as_the_user_who_made_the_data(folder: Path, make_server: Make) -> None:
    base = folder / "pg"
    base.mkdir()
    os.chown(base, 65534, 65534)
    run_with(USER_CODE, str(base))
    server = make_server(base)

    server.start()

    assert psutil.Process(server.pid()).uids().real == 65534


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_root_does_not_run_it_as_root(folder: Path, make_server: Make) -> None:
    server = make_server(folder / "pg")

    server.start()

    process = psutil.Process(server.pid())
    assert process.uids().real != 0
    assert process.gids().real != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")
def test_a_folder_that_is_not_writable_gives_one_line(folder: Path) -> None:
    done = run_with(
        "import os, pathlib, sys\nfrom config import embedded\nos.setgid(65534); os.setuid(65534)\n"
        "try: embedded.Server(pathlib.Path(sys.argv[1])).start()\n"
        "except embedded.EmbeddedError as error: sys.exit(str(error))",
        str(folder / "pg"),
    )

    assert done.returncode == 1
    expected = f"Can't write in {folder / 'pg'} (Permission denied). Make the folder writable"
    assert done.stderr.startswith(expected)
    assert len(done.stderr.splitlines()) == 1


def test_the_command_line_says_where_it_is(folder: Path) -> None:
    env = {**os.environ, "EMBEDDED_PG_DIR": str(folder / "pg")}
    status = subprocess.run(
        [sys.executable, "-m", "config.embedded", "status"],
        cwd=HOME,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )

    assert status.stdout == "stopped\n"


def run_with(code: str, argument: str) -> subprocess.CompletedProcess[str]:
    return run_python(f"import sys; sys.argv[1:] = [{argument!r}]\n{code}")


def test_a_query_fails_at_once_when_it_is_stopped(folder: Path, make_server: Make) -> None:
    server = make_server(folder / "pg")
    server.start()
    server.stop()
    begun = time.monotonic()

    with pytest.raises(psycopg2.OperationalError):
        query(server, "SELECT 1")

    assert time.monotonic() - begun < 2
