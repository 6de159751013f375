"""`make matrix`: all situations × all rows, with both locks and with each alone; says what surprised.

Each lock is walked by a process of its own with a test database of its own, two at a time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from config import embedded

HOME = Path(__file__).resolve().parents[2]
LOCKS = {"both": "both locks", "database": "the database alone", "python": "Python alone"}


def _walk(lock: str, folder: Path) -> dict[str, Any]:
    result, begun = folder / f"{lock}.json", time.monotonic()
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "TEST_DB": f"matrix_{lock}_{os.getpid()}",
        "MATRIX_RESULT": str(result),
    }
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        f"tests/matrix/whole.py::test_{lock}",
    ]
    done = subprocess.run(command, cwd=HOME, env=env, capture_output=True, text=True, check=False)
    if done.returncode or not result.exists():
        sys.exit(f"The walk with {LOCKS[lock]} didn't come to its end:\n{done.stdout}{done.stderr}")
    found: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    _say(lock, found, time.monotonic() - begun)
    return found


def _say(lock: str, found: dict[str, Any], seconds: float) -> None:
    print(f"{LOCKS[lock]}: {found['checks']:,} checks in {seconds:.0f} s", flush=True)
    if found["broken"]:
        broken = ", ".join(f"{name} ({times})" for name, times in sorted(found["broken"].items()))
        print(f"  errors of the server, with Python's lock away: {broken}", flush=True)
    for surprise in found["surprises"]:
        print(f"  {surprise}", flush=True)


def main(locks: list[str]) -> int:
    uses_embedded = not (os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"))
    if uses_embedded:
        embedded.start()
    try:
        with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
            found = list(pool.map(lambda lock: _walk(lock, Path(folder)), locks or LOCKS))
    finally:
        if uses_embedded:
            embedded.stop()
    checks = sum(one["checks"] for one in found)
    surprises = sum(len(one["surprises"]) for one in found)
    print(f"matrix: {checks:,} checks, {surprises} surprises")
    return 1 if surprises else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
