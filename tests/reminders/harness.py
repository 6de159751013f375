"""The real thing, for faults: an SMTP server that keeps a ledger, and workers that can be killed.

Nothing in here is known to the program: workers run the shipped code against a real socket and a real
database, and die where the server (which sees each step of theirs) or the dice say.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from email import message_from_bytes
from pathlib import Path
from urllib.parse import quote, urlencode

import psutil
import psycopg2
import psycopg2.extensions
from aiosmtpd.smtp import SMTP
from django.conf import settings
from django.db import connection

from core import tenancy
from reminders.models import Reminder, State

ROOT = Path(__file__).resolve().parent.parent.parent
# What the server sees, in order. Before "accepted" it has nothing; from then on it has the message.
POINTS = ("connected", "mail", "recipient", "data", "text", "accepted", "answered")
BREAK = "break"  # a hook's answer: break the connection instead of answering
Hook = Callable[[str, int], str | None]


class _Session(SMTP):
    """aiosmtpd's SMTP that tells the ledger each step; the ledger's answer, if any, replaces its own."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(self, hostname="ledger.test", loop=asyncio.get_running_loop())
        self.ledger = ledger
        self.port = 0
        self.took_message = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.port = transport.get_extra_info("peername")[1]
        super().connection_made(transport)
        if self.ledger.step("connected", self.port) == BREAK:
            transport.abort()

    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        return self.ledger.step("mail", self.port) or "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if answer := self.ledger.step("recipient", self.port):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def smtp_DATA(self, arg: str) -> None:
        if answer := self.ledger.step("data", self.port):
            await self.push(answer)
            return
        await super().smtp_DATA(arg)

    async def handle_DATA(self, server, session, envelope):
        if answer := self.ledger.step("text", self.port):
            return answer
        self.ledger.accept(envelope.content)
        self.took_message = True
        return self.ledger.step("accepted", self.port) or "250 OK"

    async def push(self, status) -> None:
        if status == BREAK:
            self.transport.abort()
            return
        await super().push(status)
        if self.took_message:
            self.took_message = False
            if self.ledger.step("answered", self.port) == BREAK:
                self.transport.abort()


class Ledger:
    """A mail server on a loopback port. `accepted` counts each Message-ID that it took responsibility for."""

    def __init__(self) -> None:
        self.accepted: Counter[str] = Counter()
        self.messages: list[bytes] = []
        self.hook: Hook = lambda point, port: None
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def step(self, point: str, port: int) -> str | None:
        return self.hook(point, port)

    def accept(self, content: bytes) -> None:
        self.messages.append(content)
        self.accepted[message_from_bytes(content)["Message-ID"]] += 1

    def copies(self, reminder: Reminder) -> int:
        return self.accepted[f"<{reminder.public_id}@kiteline.invalid>"]

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            self._loop.create_server(lambda: _Session(self), "127.0.0.1", 0, backlog=200)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.close()

    def __enter__(self) -> Ledger:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *exc: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


def environment(var: Path, smtp_port: int, **more: str) -> dict[str, str]:
    """What `manage.py` and Celery need to work on this test's own database, by day and night."""
    url = database_url()
    return {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "config.settings.local",
        "DATABASE_URL": url,
        "DATABASE_OWNER_URL": url,
        "SECRET_KEY": settings.SECRET_KEY,
        "KEYRING_FILE": str(settings.KEYRING_FILE),
        "KITELINE_VAR": str(var),
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(smtp_port),
        "QUIET_FROM": "00:00",
        "QUIET_UNTIL": "00:00",
        "REMINDER_LEASE_SECONDS": "1",
        **more,
    }


def database_url() -> str:
    """The test database as kl_app, as an address."""
    settings = connection.settings_dict
    query = {"host": settings["HOST"], "port": settings["PORT"], **settings["OPTIONS"]}
    query = {key: value for key, value in query.items() if value and isinstance(value, str)}
    who = quote(settings["USER"], safe="")
    if settings["PASSWORD"]:
        who += ":" + quote(settings["PASSWORD"], safe="")
    return f"postgresql://{who}@/{settings['NAME']}?{urlencode(query, quote_via=quote)}"


class Workers:
    """Processes that run `manage.py sweep --loop`, started by a fork each (see zygote.py)."""

    def __init__(self, env: dict[str, str]) -> None:
        self._zygote = subprocess.Popen(
            [sys.executable, "-m", "tests.reminders.zygote"],
            cwd=ROOT,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.alive: list[int] = []
        self.died = 0  # by themselves: that is a defect
        self._lock = threading.Lock()

    def start(self) -> int:
        with self._lock:
            print("spawn", file=self._zygote.stdin, flush=True)
            pid = int(next(iter(self._zygote.stdout or ())))
            self.alive.append(pid)
        return pid

    def kill(self, pid: int | None) -> bool:
        """kill -9, only for a worker of ours that wasn't killed before: process numbers come back."""
        with self._lock:
            if pid not in self.alive:
                return False
            self.alive.remove(pid)
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            self.died += 1
            return False
        return True

    def sender(self, port: int) -> int | None:
        """Which worker holds the other end of a connection."""
        for pid in list(self.alive):
            with contextlib.suppress(psutil.Error):
                if any(c.laddr.port == port for c in psutil.Process(pid).net_connections("tcp")):
                    return pid
        return None

    def kill_all(self) -> None:
        for pid in list(self.alive):
            self.kill(pid)

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *exc: object) -> None:
        self.kill_all()
        with self._zygote:
            pass  # its stdin ends, and so does it


@contextlib.contextmanager
def process(*command: str, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A program of ours in a process of its own; killed at the end if it still lives."""
    child = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=env, stdin=subprocess.DEVNULL)
    try:
        yield child
    finally:
        child.kill()
        child.wait(10)


def wait_until(condition: Callable[[], bool], *, seconds: float = 20, what: str = "") -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s in vain {what}"
        time.sleep(0.02)


def is_settled() -> bool:
    """No message is planned for now or on its way."""
    return not Reminder.objects.filter(state__in=[State.PLANNED, State.LEASED]).exists()


def verdict(ledger: Ledger) -> Counter[str]:
    """Ledger against table, row by row. `lost` and `doubled` must be 0, and nothing may still be open."""
    found: Counter[str] = Counter(lost=0, doubled=0, open=0)
    for row in Reminder.objects.all():
        copies = ledger.copies(row)
        found[row.state] += 1
        found["lost"] += row.state == State.SENT and copies == 0
        found["doubled"] += copies > 1
        found["silent"] += row.state not in {State.SENT, State.UNCERTAIN} and copies > 0
        found["open"] += row.state in {State.PLANNED, State.LEASED}
        found["uncertain_arrived"] += row.state == State.UNCERTAIN and copies == 1
    return found


def other_session() -> psycopg2.extensions.connection:
    """A session of our own beside the program's, in the test's scope: without one it would see no row."""
    session = psycopg2.connect(database_url())
    with session.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, false)", [tenancy.SETTING, tenancy.current_token()])
    session.commit()
    return session


def end_other_sessions() -> None:
    """What a restart of the database does to everybody else."""
    with contextlib.closing(psycopg2.connect(database_url())) as mine, mine.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )
