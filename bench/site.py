"""A whole Kiteline of one size, in a folder of its own: database, district, web server as in production."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from config import embedded

HOME = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
WORKERS, THREADS = 2, 4
_PATIENCE = 60


class Site:
    """`make` it, `start` it, ask it, `stop` it. What it holds is invented; `remove` throws it away."""

    def __init__(self, size: int, port: int) -> None:
        self.size, self.port = size, port
        self.var = HOME / "var" / "bench" / str(size)
        self.made_in = 0.0
        self.world: dict[str, Any] = {}
        self._database = embedded.Server(self.var / "pg")
        self._web: subprocess.Popen[bytes] | None = None

    @property
    def env(self) -> dict[str, str]:
        cleared = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE")}
        return {
            **cleared,
            "KITELINE_VAR": str(self.var),
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "PYTHONPATH": str(HOME),
            "SITE_URL": f"http://127.0.0.1:{self.port}",
        }

    def make(self, *, reuse: bool) -> None:
        """The district, as `make demo-reset SIZE=` makes it; with `reuse`, the one that was left there."""
        noted = self.var / "made.json"
        self.var.mkdir(parents=True, exist_ok=True)
        self._database.start()
        if not (reuse and noted.exists()):
            noted.unlink(missing_ok=True)
            started = time.perf_counter()
            self._run("scripts/prepare.py", "--reset", "--size", str(self.size))
            noted.write_text(json.dumps(round(time.perf_counter() - started, 1)))
        self.made_in = json.loads(noted.read_text())

    def start(self) -> None:
        self.world = json.loads(self._run("-m", "bench.world", keep=True))
        command = [str(BIN / "granian"), "--interface", "wsgi", "--http", "1", "--no-ws"]
        command += ["--host", "127.0.0.1", "--port", str(self.port), "--log-level", "warning"]
        command += ["--workers", str(WORKERS), "--blocking-threads", str(THREADS)]
        command += ["--backlog", "512", "--backpressure", "16", "config.wsgi:application"]
        self._web = subprocess.Popen(command, cwd=HOME, env=self.env)
        self._wait()

    def read_whole(self) -> dict[str, list[str]]:
        """By page, the large tables that it reads whole: there should be none."""
        found: dict[str, list[str]] = json.loads(self._run("-m", "bench.plans", keep=True))
        return found

    def stop(self) -> None:
        if self._web is not None:
            self._web.terminate()
            self._web.wait(timeout=30)
        self._database.stop()

    def remove(self) -> None:
        shutil.rmtree(self.var, ignore_errors=True)

    def _run(self, *arguments: str, keep: bool = False) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=HOME,
            env=self.env,
            check=True,
            stdout=subprocess.PIPE if keep else None,
            text=True,
        )
        return done.stdout or ""

    def _wait(self) -> None:
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise SystemExit(f"The web server on port {self.port} doesn't answer.")
