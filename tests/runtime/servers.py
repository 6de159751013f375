"""A PostgreSQL with passwords, a Redis, and the environment of production, for tests of real programs."""

from __future__ import annotations

import http.client
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from config import embedded
from config.embedded_host import account_for, binaries
from core import keyring
from tests.runtime.conftest import HOME, a_free_port

PRODUCTION = {"DJANGO_SETTINGS_MODULE": "config.settings.production"}
HOST = "kiteline.test"
PASSWORDS = {role: secrets.token_hex(12) for role in ("postgres", "kl_owner", "kl_app", "redis")}
START_SECONDS = 60


class Production:
    """One running installation: where it listens, what its environment is, what its processes said."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.stack = stack
        self.secret_key = secrets.token_urlsafe(60)
        keyring.ensure(folder / "keyring.json")
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
            "SECRET_KEY": self.secret_key,
            "KEYRING_FILE": str(self.folder / "keyring.json"),
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
    account = account_for(server.base, server.data)
    programs = binaries()
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


def make_redis(production: Production) -> None:
    redis = ["redis-server", "--port", str(production.redis_port), "--bind", "127.0.0.1", "--save", ""]
    redis += ["--requirepass", PASSWORDS["redis"], "--dir", str(production.folder)]
    production.launch("redis", *redis)
    wait_for(lambda: listens(production.redis_port), "redis")
