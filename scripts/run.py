"""`make run`: the embedded database, then web server, Celery worker and beat, until Ctrl-C or SIGTERM.

Run inside .venv (scripts/bootstrap.py makes it). honcho runs the three and prefixes their lines; if one of
them ends, all end, and the database stops last. All of them die with this program, also after `kill -9`.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME))

from honcho import manager as honcho_manager  # noqa: E402  after sys.path
from honcho import process as honcho_process  # noqa: E402

from config import embedded  # noqa: E402

BIN = Path(sys.executable).parent
VAR = Path(os.environ.get("KITELINE_VAR") or HOME / "var")
BEGUN = time.monotonic()
ANSWER_SECONDS = 90
ORPHAN_SECONDS = 8
SECONDS_TO_FINISH = 20
PR_SET_PDEATHSIG = 1


class Stop(Exception):
    """The one line that says what is wrong and what helps."""


def die_with_parent(signal_number: int = signal.SIGTERM) -> None:
    """Linux tells a child when its parent is gone; elsewhere Ctrl-C is the only clean end."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number)


class Child(honcho_process.Process):  # type: ignore[misc]
    """honcho's go-between dies with this program, and the real process with the go-between."""

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        die_with_parent(signal.SIGKILL)
        self._child_ctor = lambda *args, **options: honcho_process.Popen(
            *args, preexec_fn=die_with_parent, **options
        )
        super().run(events, ignore_signals)


class Manager(honcho_manager.Manager):  # type: ignore[misc]
    """honcho's manager, which also says when the web server answers."""

    def __init__(self, announce: Announcement) -> None:
        super().__init__()
        self._process_ctor = Child
        self._announcement = announce

    def _start(self) -> None:
        super()._start()
        self._announcement.start()  # a thread, so only after the forks


class Announcement(threading.Thread):
    """Waits for the first answer, then prints where to go and whom to sign in as."""

    def __init__(self, address: str, sign_ins: str) -> None:
        super().__init__(daemon=True)
        self.address = address
        self.sign_ins = sign_ins

    def run(self) -> None:
        if not self._answers():
            return
        rule = "─" * 78
        print(
            f"\n{rule}\n  Kiteline 风筝线    {self.address}\n\n{self.sign_ins}\n"
            f"  Ready in {time.monotonic() - BEGUN:.1f} s. Stop with Ctrl-C. · 按 Ctrl-C 停止。\n{rule}\n",
            flush=True,
        )

    def _answers(self) -> bool:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        until = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < until:
            try:
                with opener.open(f"{self.address}/healthz", timeout=5) as answer:
                    return bool(answer.status == 200)
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        return False


@contextlib.contextmanager
def only_one(address: str) -> Iterator[bool]:
    """One `make run` a folder; yields whether the last one ended without cleaning up."""
    VAR.mkdir(parents=True, exist_ok=True)
    path = VAR / "run.lock"
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            where = path.read_text().strip() or "another window"
            raise Stop(f"Kiteline already runs from this folder: {where}. Stop it there.") from None
        was_killed = path.stat().st_size > 0
        lock.truncate(0)
        lock.write(f"{address} (process {os.getpid()})")
        lock.flush()
        yield was_killed
        lock.truncate(0)


def check_port(host: str, port: int, patience: float) -> None:
    """Say so before anything starts; after a `kill -9`, the old web server may need a moment to leave."""
    until = time.monotonic() + patience
    while True:
        try:
            with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
                return
        except PermissionError:
            raise Stop(f"Port {port} is reserved for root. Choose another: make run PORT=8000") from None
        except OSError as error:
            if time.monotonic() > until:
                raise Stop(
                    f"Port {port} on {host} can't be used ({error.strerror}). Stop the program that has it, "
                    f"or choose another: make run PORT={port + 1}"
                ) from None
            time.sleep(0.3)


def environment(address: str) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings.local"),
        "SITE_URL": os.environ.get("SITE_URL") or address,
        "PYTHONPATH": str(HOME),
        "PYTHONUNBUFFERED": "1",
        # Here, as root is as good as any user: the container of production has a user of its own.
        "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
        "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
    }


def prepare(env: dict[str, str]) -> str:
    """Roles, migrations, static files and the demo district, in its own process; returns the sign-ins."""
    output = VAR / "sign-ins.txt"
    command = [sys.executable, str(HOME / "scripts" / "prepare.py"), "--sign-ins", str(output)]
    code = subprocess.call(command, env=env, cwd=HOME, preexec_fn=die_with_parent)
    if code:
        raise Stop("Kiteline didn't start; the line above says why.")
    return output.read_text(encoding="utf-8") if output.exists() else ""


def processes(host: str, port: int) -> dict[str, list[str]]:
    """The same programs as in production (scripts/serve.sh), sized for one small machine."""
    web = [str(BIN / "granian"), "--interface", "wsgi", "--host", host, "--port", str(port), "--no-ws"]
    web += ["--workers", "1", "--blocking-threads", "4", "--log-level", "warning", "config.wsgi:application"]
    celery = [str(BIN / "celery"), "--app", "config", "--quiet"]
    # Threads: a killed worker leaves no children behind that would go on working.
    worker = [*celery, "worker", "--pool", "threads", "--concurrency", "4", "--loglevel", "warning"]
    worker += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    beat = [*celery, "beat", "--loglevel", "warning", "--pidfile="]
    return {"web": web, "worker": worker, "beat": beat}


def serve(host: str, port: int, address: str) -> int:
    """Everything between having the port and giving it back; returns the exit code."""
    env = environment(address)
    sign_ins = prepare(env)
    honcho_manager.KILL_WAIT = SECONDS_TO_FINISH
    manager = Manager(Announcement(address, sign_ins))
    for name, command in processes(host, port).items():
        manager.add_process(name, f"exec {shlex.join(command)}", env=env, cwd=str(HOME))
    manager.loop()
    asked_to_stop = manager.returncode in {128 + signal.SIGINT, 128 + signal.SIGTERM}
    return 0 if asked_to_stop else manager.returncode or 1


def main() -> int:
    host = os.environ.get("HOST") or "127.0.0.1"
    try:
        port = int(os.environ.get("PORT") or 8000)
    except ValueError:
        raise Stop(f"PORT must be a number, not {os.environ['PORT']!r}.") from None
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with only_one(address) as was_killed:
        check_port(host, port, ORPHAN_SECONDS if was_killed else 0)
        uses_embedded = not (os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"))
        if uses_embedded:
            embedded.start()
        try:
            return serve(host, port, address)
        finally:
            if uses_embedded:
                stopped = embedded.stop()
                print("Database stopped." if stopped else "The database stays on: another program uses it.")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Stop, embedded.EmbeddedError) as stop:
        sys.exit(str(stop))
    except KeyboardInterrupt:
        sys.exit(0)
    except OSError as error:
        sys.exit(f"{error.filename or 'Kiteline'}: {error.strerror}. Is {VAR} writable for this user?")
