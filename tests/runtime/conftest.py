"""Servers of these tests' own: nothing here touches the database that the other tests share."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config import embedded

HOME = Path(__file__).resolve().parent.parent.parent


@contextmanager
def an_open_folder() -> Iterator[Path]:
    """A temporary folder that an ordinary user may pass through (pytest's own is closed to others)."""
    path = Path(tempfile.mkdtemp(prefix="kl-runtime-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def folder() -> Iterator[Path]:
    with an_open_folder() as path:
        yield path


@pytest.fixture
def make_server() -> Iterator[Callable[[Path], embedded.Server]]:
    """Makes servers and stops them at the end, whatever the test did to them."""
    made: list[embedded.Server] = []

    def make(base: Path) -> embedded.Server:
        made.append(embedded.Server(base))
        return made[-1]

    yield make
    for server in made:
        server.stop()
        if server.socket_dir != server.data:
            shutil.rmtree(server.socket_dir, ignore_errors=True)


def run_python(code: str, **options: object) -> subprocess.CompletedProcess[str]:
    """A program of its own, with this project on its path."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=HOME,
        env={**os.environ, "PYTHONPATH": str(HOME)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **options,  # type: ignore[call-overload]
    )


def as_an_ordinary_user(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run as `nobody`, who may read this project and its Python wherever they lie, but write nowhere."""
    setpriv = shutil.which("setpriv")
    if os.geteuid() != 0 or setpriv is None:
        pytest.skip("needs root and setpriv to become another user")
    become = [setpriv, "--reuid=65534", "--regid=65534", "--clear-groups"]
    capability = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    return subprocess.run(
        [*become, *capability, *command],
        cwd=HOME,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
