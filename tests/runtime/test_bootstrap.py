"""The way from a bare machine: every failure that happens there ends in one line that says the remedy."""

from __future__ import annotations

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.runtime.conftest import HOME, a_free_port, as_an_ordinary_user, run_python

NO_COMPILER = """
  building 'quick' extension
  gcc -pthread -Wno-unused-result -fPIC -I/usr/include -c quick.c -o quick.o
  error: command 'gcc' failed: No such file or directory
  ERROR: Failed building wheel for quick
"""
NO_COMPILER_NEWER = """
      building '_brotli' extension
      error: [Errno 2] No such file or directory: 'cc'
      [end of output]
  note: This error originates from a subprocess, and is likely not a problem with pip.
  ERROR: Failed building wheel for brotli
"""
NO_COMPILER_RUST = "error: can't find Rust compiler\nThis package requires Rust to compile."
PIP_WITHOUT_NETWORK = """
WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(': Failed to establish a new
connection: [Errno -3] Temporary failure in name resolution')': /simple/django/
ERROR: Could not find a version that satisfies the requirement Django==5.2.19 (from versions: none)
ERROR: No matching distribution found for Django==5.2.19
"""
FOREIGN_FILE = """
ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated the package versions,
please update the hashes. Otherwise, examine the package contents carefully; someone may have tampered with them.
"""
NPM_WITHOUT_NETWORK = "npm error code EAI_AGAIN\nnpm error network request to https://registry failed"


@pytest.fixture(scope="module")
def bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", HOME / "scripts" / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_old_python_can_read_far_enough_to_say_so() -> None:
    tree = ast.parse((HOME / "scripts" / "bootstrap.py").read_text(), feature_version=(3, 7))

    assert any(isinstance(node, ast.FunctionDef) for node in tree.body)


def test_an_old_python_gives_one_line() -> None:
    done = run_python(
        "import os, sys, runpy; sys.version_info = (3, 9, 2); os.environ['PATH'] = '/nowhere'\n"
        "sys.argv = ['bootstrap.py', 'run']; runpy.run_path('scripts/bootstrap.py', run_name='__main__')"
    )

    assert done.returncode == 1
    assert done.stderr.startswith("Kiteline needs Python 3.11 or newer; this is 3.9. Install one")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (NO_COMPILER, "apt install build-essential"),
        (NO_COMPILER_NEWER, "apt install build-essential"),
        (NO_COMPILER_RUST, "apt install build-essential"),
        (FOREIGN_FILE, "gave a file that isn't the one we know. Name another index"),
        (PIP_WITHOUT_NETWORK, "Check the network, or name a mirror with PIP_INDEX_URL"),
        (NPM_WITHOUT_NETWORK, "Check the network, or name a mirror"),
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("npm error code EACCES", "isn't writable here"),
        ("Something new\nboom", "failed: boom (all of it: "),
    ],
)
def test_the_words_of_a_tool_become_a_remedy(bootstrap: ModuleType, words: str, remedy: str) -> None:
    line = bootstrap.explain(words, "Installing Python packages", Path("/var/log/pip.log"))

    assert remedy in line
    assert len(line.splitlines()) == 1


def test_a_folder_that_is_not_writable_gives_one_line(folder: Path) -> None:
    copy = a_copy(folder / "kiteline")

    done = as_an_ordinary_user(sys.executable, str(copy), "run")

    assert done.returncode == 1
    expected = f"Can't write in {folder / 'kiteline'} (Permission denied). Make it writable"
    assert done.stderr.startswith(expected)
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.slow
def test_no_network_gives_one_line(folder: Path) -> None:
    copy = a_copy(folder / "kiteline")
    nowhere = f"http://127.0.0.1:{a_free_port()}/simple"

    done = subprocess.run(
        [sys.executable, str(copy), "run"],
        env={"PATH": os.environ["PATH"], "PIP_INDEX_URL": nowhere, "PIP_RETRIES": "0", "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )

    assert done.returncode == 1
    assert "the package index can't be reached. Check the network" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def a_copy(target: Path) -> Path:
    """The files that the first steps need, somewhere else."""
    (target / "scripts").mkdir(parents=True)
    for path in HOME.glob("requirements*.lock"):
        shutil.copy(path, target)
    return Path(shutil.copy(HOME / "scripts" / "bootstrap.py", target / "scripts"))
