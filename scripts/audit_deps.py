"""`make audit-deps`: look every pinned package up in the databases of known holes, Python's and npm's.

Fails only on findings. Where a database can't be reached it says so and counts what wasn't looked up: an
answer about nothing must not read like a clean one (pip-audit itself says "no known vulnerabilities" then).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("KITELINE_VAR") or HOME / "var")
TOOLS = VAR / "audit-venv"
LOCKS = ("requirements-dev.lock", "requirements-node.lock")


def say(text: str) -> None:
    print(f"· {text}", flush=True)


def pip_audit() -> Path:
    """The tool, in an environment of its own, installed by hash."""
    tool = TOOLS / "bin" / "pip-audit"
    if not tool.exists():
        say("Installing pip-audit")
        subprocess.run([sys.executable, "-m", "venv", TOOLS], check=True)
        command = [TOOLS / "bin" / "python", "-m", "pip", "install", "--quiet", "--require-hashes"]
        subprocess.run([*command, "-r", HOME / "requirements-audit.lock"], check=True)
    return tool


def look_up_python(lock: str, service: str) -> list[dict[str, Any]]:
    """pip-audit's word on each package of a lock; nothing when it can't ask."""
    command = [pip_audit(), "--require-hashes", "--disable-pip", "--progress-spinner", "off", "-f", "json"]
    done = subprocess.run(
        [*command, "-s", service, "-r", HOME / lock], capture_output=True, text=True, check=False
    )
    try:
        return list(json.loads(done.stdout)["dependencies"])
    except (ValueError, KeyError):
        return []


def python_findings(answers: list[dict[str, Any]]) -> list[str]:
    return [
        f"{one['name']} {one['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions'])}"
        for one in answers
        for hole in one.get("vulns", [])
    ]


def audit_python(lock: str) -> list[str]:
    known: list[dict[str, Any]] = []
    for service in ("pypi", "osv"):
        known = [one for one in look_up_python(lock, service) if "skip_reason" not in one]
        if known:
            break
    wanted = sum("==" in line for line in (HOME / lock).read_text().splitlines())
    if not known:
        say(f"{lock}: no database of known holes can be reached; none of {wanted} packages looked up.")
        return []
    say(f"{lock}: {len(known)} of {wanted} packages looked up.")
    return python_findings(known)


def npm_findings(report: dict[str, Any]) -> list[str] | None:
    """What `npm audit --json` found, or None when it was no answer."""
    if "vulnerabilities" not in report:
        return None
    return [
        f"npm {name}: {one['severity']}, {one['range']}" for name, one in report["vulnerabilities"].items()
    ]


def audit_npm() -> list[str]:
    npm = shutil.which("npm") or shutil.which("npm", path=HOME / ".venv" / "bin")
    if npm is None:
        say("package-lock.json: no npm here; not looked up.")
        return []
    command = [npm, "audit", "--package-lock-only", "--json"]
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=False)
    try:
        found = npm_findings(json.loads(done.stdout))
    except ValueError:
        found = None
    if found is None:
        say("package-lock.json: npm's database of known holes can't be reached from here; not looked up.")
        return []
    say("package-lock.json: looked up.")
    return found


def main() -> int:
    found = [line for lock in LOCKS for line in audit_python(lock)] + audit_npm()
    for line in found:
        say(line)
    say(f"{len(found)} known holes." if found else "No known hole among what was looked up.")
    return 1 if found else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(f"Can't install pip-audit: {error}")
