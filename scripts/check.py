"""`make check`: every tool once, all of their findings, one summary; names as arguments pick some."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

CHECKS: dict[str, list[str]] = {
    "lint": [str(BIN / "ruff"), "check", "."],
    "format": [str(BIN / "ruff"), "format", "--check", "."],
    "floors": [str(BIN / "lint-imports")],
    "templates": [str(BIN / "djlint"), "--lint", "--quiet", "templates"],
    "messages": [sys.executable, "scripts/messages.py", "check"],
    # The warning would say that the database has no tables yet, which is no matter here.
    "migrations": [
        *(sys.executable, "-Wignore::RuntimeWarning"),
        *("manage.py", "makemigrations", "--check", "--dry-run"),
    ],
    "django": [sys.executable, "manage.py", "check", "--fail-level", "WARNING"],
    "types": [str(BIN / "mypy")],
}


def main(names: list[str]) -> int:
    if unknown := set(names) - set(CHECKS):
        sys.exit(f"No such check: {', '.join(sorted(unknown))}. There are: {', '.join(CHECKS)}")
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test", "PYTHONPATH": str(HOME)}
    failed = []
    for name in names or CHECKS:
        print(f"── {name}", flush=True)
        begun = time.monotonic()
        code = subprocess.call(CHECKS[name], cwd=HOME, env=env)
        print(f"   {'ok' if code == 0 else 'FAILED'} ({time.monotonic() - begun:.1f} s)", flush=True)
        if code:
            failed.append(name)
    print(f"Failed: {', '.join(failed)}." if failed else "All checks passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
