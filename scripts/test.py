"""`make test`: all of pytest on the embedded PostgreSQL; arguments go to pytest.

All tests run in two processes, each with a server of its own (config/settings/test.py). Those that arguments
name run in one, and so do all on a server that is given (DATABASE_URL).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME))

from config import embedded  # noqa: E402  after sys.path

PROCESSES = 2
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """CHROMIUM names one; else the first that is installed."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


def main(arguments: list[str]) -> int:
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    if browser := chromium():
        env["CHROMIUM"] = browser
    else:
        print(
            "No Chromium found: the browser journeys are skipped. "
            "Debian, Ubuntu: apt install chromium; or name one: make test CHROMIUM=/path/to/chromium",
            flush=True,
        )
    uses_embedded = not (os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"))
    if uses_embedded and not arguments:
        # A file stays in one process: its tests share a set-up. tests/conftest.py puts slow files first.
        shared = ["-n", str(PROCESSES), "--dist", "loadfile", "--no-loadscope-reorder"]
        return subprocess.call([sys.executable, "-m", "pytest", *shared], cwd=HOME, env=env)
    if uses_embedded:
        embedded.start()
    try:
        return subprocess.call([sys.executable, "-m", "pytest", *arguments], cwd=HOME, env=env)
    finally:
        if uses_embedded:
            embedded.stop()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except embedded.EmbeddedError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
