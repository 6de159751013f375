"""`make fuzz`: 200,000 generated requests (ARGS="20000" for fewer), in two processes with a test database each.

Begins each time elsewhere; the seed is printed, and FUZZ_SEED=… asks for the same requests again. Stops after two
hours (FUZZ_SECONDS), however many there were.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from config import embedded

HOME = Path(__file__).resolve().parents[2]
REQUESTS, PROCESSES = 200_000, 2
NOTHING = {"requests": 0, "failed": 0, "failures": {}}


def _start(number: int, requests: int, first_seed: int, folder: Path) -> subprocess.Popen[bytes]:
    env = {
        "FUZZ_SECONDS": str(2 * 60 * 60),
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "TEST_DB": f"fuzz_{number}_{os.getpid()}",
        "FUZZ_RESULT": str(folder / f"{number}.json"),
        "FUZZ_REQUESTS": str(requests),
        "FUZZ_SEED": str(first_seed + number * 1_000_000),
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/fuzz/whole.py"]
    with (folder / f"{number}.log").open("wb") as log:
        return subprocess.Popen(command, cwd=HOME, env=env, stdout=log, stderr=subprocess.STDOUT)


def _found(folder: Path) -> dict[str, Any]:
    """What all processes have found so far."""
    parts = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))] or [
        NOTHING
    ]
    failures: dict[str, str] = {}
    for part in parts:
        failures = part["failures"] | failures
    sums = {name: sum(part[name] for part in parts) for name in ("requests", "failed")}
    return {**sums, "failures": failures}


def _wait(running: list[subprocess.Popen[bytes]], folder: Path) -> None:
    begun, said = time.monotonic(), 0
    while any(process.poll() is None for process in running):
        time.sleep(2)
        requests = _found(folder)["requests"]
        if requests > said:
            said = requests
            print(f"  {requests:,} requests after {time.monotonic() - begun:.0f} s", flush=True)


def _fuzz(requests: int, first_seed: int, folder: Path) -> int:
    share = -(-requests // PROCESSES)
    running = [_start(number, share, first_seed, folder) for number in range(PROCESSES)]
    try:
        _wait(running, folder)
    finally:
        for process in running:
            process.terminate()
    found = _found(folder)
    for failure in found["failures"].values():
        print(f"\n{failure}")
    for number, process in enumerate(running):
        if process.returncode:
            print((folder / f"{number}.log").read_text(encoding="utf-8")[-6000:])
    print(f"fuzz: {found['requests']:,} requests, {found['failed']:,} failures")
    return 1 if found["failed"] or any(process.returncode for process in running) else 0


def main(arguments: list[str]) -> int:
    requests = int(arguments[0].replace(",", "")) if arguments else REQUESTS
    first_seed = int(os.environ.get("FUZZ_SEED") or secrets.randbelow(10**9))
    print(f"{requests:,} generated requests, FUZZ_SEED={first_seed}", flush=True)
    uses_embedded = not (os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"))
    if uses_embedded:
        embedded.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            return _fuzz(requests, first_seed, Path(folder))
    finally:
        if uses_embedded:
            embedded.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
