"""The start commands of docker-compose.yml, run by hand: PostgreSQL with passwords by TCP, and real Redis.

There is no Docker engine where these tests run, so they call scripts/serve.sh as the containers do.
"""

from __future__ import annotations

import http.client
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg2
import pytest

from config import embedded
from tests.runtime.conftest import HOME, a_free_port, an_open_folder

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("redis-server") is None, reason="no redis-server here: apt install redis-server"
    ),
]

HOST = "kiteline.test"
PASSWORDS = {role: secrets.token_hex(12) for role in ("postgres", "kl_owner", "kl_app", "redis")}
START_SECONDS = 60


class Production:
    """One running installation: where it listens, what its environment is, what its processes said."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.stack = stack
        self.database_port, self.redis_port, self.web_port = a_free_port(), a_free_port(), a_free_port()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def database_url(self, role: str, name: str = "kiteline") -> str:
        return f"postgresql://{role}:{PASSWORDS[role]}@127.0.0.1:{self.database_port}/{name}"

    def environment(self, **changes: str | None) -> dict[str, str]:
        """Only what the compose file gives a container; a change of None takes the variable away."""
        given = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONUNBUFFERED": "1",
            "KITELINE_VAR": str(self.folder / "var"),
            "STATIC_ROOT": str(self.folder / "static"),
            "BEAT_FILE": str(self.folder / "beat"),
            "SECRET_KEY": "k" * 20 + secrets.token_urlsafe(40),
            "ALLOWED_HOSTS": HOST,
            "SITE_URL": f"https://{HOST}",
            "TRUST_PROXY": "yes",
            "DATABASE_URL": self.database_url("kl_app"),
            "BROKER_URL": f"redis://:{PASSWORDS['redis']}@127.0.0.1:{self.redis_port}/0",
            "SMTP_HOST": "127.0.0.1",
            "MAIL_FROM": f"kiteline@{HOST}",
            "WEB_HOST": "127.0.0.1",
            "WEB_PORT": str(self.web_port),
            "WEB_WORKERS": "1",
            "WORKER_PROCESSES": "1",
        }
        return {name: value for name, value in (given | changes).items() if value is not None}

    def run(self, *command: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=HOME,
            env=self.environment(**changes),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def serve(self, *arguments: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
        return self.run("scripts/serve.sh", *arguments, **changes)

    def launch(self, name: str, *command: str, env: dict[str, str] | None = None) -> None:
        """Start a process that lasts; its words go to a file."""
        log = self.stack.enter_context((self.folder / f"{name}.log").open("wb"))
        process = subprocess.Popen(
            command, cwd=HOME, env=env or self.environment(), stdout=log, stderr=subprocess.STDOUT
        )
        self.processes[name] = process
        self.stack.callback(stop, process)

    def said(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def get(self, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        """As the proxy in front asks: over plain HTTP, saying that the person came by TLS."""
        connection = http.client.HTTPConnection("127.0.0.1", self.web_port, timeout=20)
        try:
            connection.request("GET", path, headers={"Host": HOST, "X-Forwarded-Proto": "https", **headers})
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_for(condition: Callable[[], object], what: str, seconds: float = START_SECONDS) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"waited {seconds} s in vain for {what}"
        time.sleep(0.2)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def make_postgres(production: Production) -> None:
    """A cluster as the postgres image makes it: TCP, passwords, SCRAM."""
    server = embedded.Server(production.folder / "pg")
    account = server._account()
    programs = embedded.binaries()
    server.base.mkdir()
    password_file = production.folder / "password"
    password_file.write_text(PASSWORDS["postgres"])
    for path in (server.base, password_file):
        os.chown(path, account.uid, account.gid)
    initdb = [str(programs / "initdb"), "-D", str(server.data), "-U", "postgres", "--auth=scram-sha-256"]
    server._run(account, [*initdb, f"--pwfile={password_file}", "--encoding=UTF8", "--locale=C", "--no-sync"])
    options = f"-c listen_addresses=127.0.0.1 -c port={production.database_port} -c unix_socket_directories="
    server._run_pg_ctl(account, "start", "-o", options, "-l", str(server.log))
    production.stack.callback(server._run_pg_ctl, account, "stop", "-m", "immediate")


@pytest.fixture(scope="module")
def production() -> Iterator[Production]:
    """PostgreSQL, Redis, migrated, and web, worker and beat up."""
    with ExitStack() as stack:
        production = Production(stack.enter_context(an_open_folder()), stack)
        make_postgres(production)
        redis = ["redis-server", "--port", str(production.redis_port), "--bind", "127.0.0.1", "--save", ""]
        production.launch(
            "redis", *redis, "--requirepass", PASSWORDS["redis"], "--dir", str(production.folder)
        )
        migrated = production.serve(
            "migrate",
            DATABASE_ADMIN_URL=production.database_url("postgres", "postgres"),
            DATABASE_OWNER_URL=production.database_url("kl_owner"),
        )
        assert migrated.returncode == 0, migrated.stdout + migrated.stderr
        collected = production.run(sys.executable, "manage.py", "collectstatic", "--noinput", **PRODUCTION)
        assert collected.returncode == 0, collected.stderr
        for name in ("web", "worker", "beat"):
            production.launch(name, "scripts/serve.sh", name)
        wait_for(lambda: listens(production.web_port), "the web server")
        yield production


PRODUCTION = {"DJANGO_SETTINGS_MODULE": "config.settings.production"}


def test_the_health_check_of_the_container_passes(production: Production) -> None:
    checked = production.serve("health")
    response, body = production.get("/healthz")

    assert checked.returncode == 0, checked.stderr
    assert response.status == 200
    assert body == b'{"status": "ok"}'


def test_plain_http_is_sent_to_tls(production: Production) -> None:
    response, _ = production.get("/accounts/login/", **{"X-Forwarded-Proto": "http"})

    assert response.status == 301
    assert response.getheader("Location") == f"https://{HOST}/accounts/login/"


def test_the_sign_in_page_names_hashed_files_that_come_compressed_and_cached_for_ever(
    production: Production,
) -> None:
    page, body = production.get("/accounts/login/")
    styles = re.search(rb'href="(/static/dist/app\.[0-9a-f]{12}\.css)"', body)

    assert page.status == 200
    assert styles is not None
    response, _ = production.get(styles.group(1).decode(), **{"Accept-Encoding": "br, gzip"})
    assert response.status == 200
    assert response.getheader("Content-Encoding") == "br"
    assert "immutable" in (response.getheader("Cache-Control") or "")
    assert "max-age=31536000" in (page.getheader("Strict-Transport-Security") or "")


def test_a_foreign_host_name_is_refused(production: Production) -> None:
    response, body = production.get("/accounts/login/", Host="elsewhere.example")

    assert response.status == 400
    assert b"Traceback" not in body


def test_a_task_goes_through_redis_to_the_worker_and_back(production: Production) -> None:
    marker = f"marker-{secrets.token_hex(4)}"
    code = f"import config; from core.tasks import ping; print(ping.delay({marker!r}).id)"

    sent = production.run(sys.executable, "-c", code, **PRODUCTION)

    assert sent.returncode == 0, sent.stderr
    task = sent.stdout.strip()
    wait_for(lambda: f"[{task}] succeeded" in production.said("worker"), "the task to succeed")


def test_the_worker_answers_its_health_check(production: Production) -> None:
    wait_for(lambda: "ready." in production.said("worker"), "the worker")

    checked = production.serve("worker-health")

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_no_role_but_backup_has_more_than_it_needs(production: Production) -> None:
    connection = psycopg2.connect(production.database_url("kl_app"))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname LIKE 'kl\\_%'"
            " AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls)"
        )
        mighty = cursor.fetchall()
    connection.close()

    assert mighty == [("kl_backup",)]


def test_a_wrong_password_is_refused(production: Production) -> None:
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(production.database_url("kl_app").replace(PASSWORDS["kl_app"], "guess"))


@pytest.mark.parametrize("key", [None, "", "change-me", "change-me-" * 6, "short"])
def test_it_does_not_start_without_a_secret_of_its_own(production: Production, key: str | None) -> None:
    started = production.serve("web", SECRET_KEY=key, WEB_PORT=str(a_free_port()))

    assert started.returncode != 0
    assert "SECRET_KEY" in started.stderr


@pytest.mark.parametrize("name", ["DATABASE_URL", "BROKER_URL", "ALLOWED_HOSTS", "SITE_URL", "SMTP_HOST"])
def test_it_does_not_start_without_what_it_cannot_guess(production: Production, name: str) -> None:
    started = production.serve("web", **{name: None}, WEB_PORT=str(a_free_port()))

    assert started.returncode != 0
    assert f"Set {name} (or {name}_FILE)" in started.stderr


@pytest.mark.parametrize("role", ["kl_owner", "postgres"])
def test_web_and_worker_refuse_a_role_that_policies_do_not_hold(production: Production, role: str) -> None:
    for process in ("web", "worker"):
        started = production.serve(
            process, DATABASE_URL=production.database_url(role), WEB_PORT=str(a_free_port())
        )

        assert started.returncode == 1
        assert f"signs in as {role}" in started.stderr
        assert "Traceback" not in started.stderr


def test_a_secret_may_come_as_a_file(production: Production) -> None:
    file = production.folder / "database-url"
    file.write_text(production.database_url("kl_app") + "\n")

    checked = production.run(
        sys.executable, "manage.py", "preflight", DATABASE_URL=None, DATABASE_URL_FILE=str(file), **PRODUCTION
    )

    assert checked.returncode == 0, checked.stderr


def test_an_unreachable_database_gives_one_line(production: Production) -> None:
    url = production.database_url("kl_app").replace(str(production.database_port), str(a_free_port()))

    checked = production.run(
        sys.executable, "manage.py", "preflight", "--wait", "0", DATABASE_URL=url, **PRODUCTION
    )

    assert checked.returncode == 1
    assert checked.stderr.startswith("CommandError: The database doesn't answer: ")
    assert len(checked.stderr.splitlines()) == 1


def test_migrating_again_changes_nothing(production: Production) -> None:
    again = production.serve(
        "migrate",
        DATABASE_ADMIN_URL=production.database_url("postgres", "postgres"),
        DATABASE_OWNER_URL=production.database_url("kl_owner"),
    )

    assert again.returncode == 0, again.stderr
    assert "No migrations to apply" in again.stdout
    assert "Made" not in again.stdout


def test_beat_wakes_the_sweep_and_keeps_its_file(production: Production) -> None:
    wait_for(lambda: "Sending due task sweep-reminders" in production.said("beat"), "beat", seconds=60)

    assert production.serve("beat-health").returncode == 0


def test_every_process_stops_when_told(production: Production) -> None:
    wait_for(lambda: "ready." in production.said("worker"), "the worker")

    for name in ("web", "worker", "beat"):
        stop(production.processes[name])

    assert {name: production.processes[name].returncode for name in ("web", "worker", "beat")} == {
        "web": 0,
        "worker": 0,
        "beat": 0,
    }
