"""`make mutants`: takes each policy, FORCE, key, grant and permission check away, one at a time; a test must notice.

The database's are judged by tests/mutants/database.py, the program's by the matrix, and what the matrix doesn't notice
by the tests of its part. Ends with `mutants: N made, N caught, N survived`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from config import embedded

HOME = Path(__file__).resolve().parents[2]
# The tests that know more than the matrix does, by the file in which the mutant is.
TESTS = {
    "counselling/access_concerns.py": ["concern_access", "concerns", "concern_pages", "concern_routing"],
    "counselling/access.py": [
        "access",
        "access_properties",
        "levels",
        "sharing",
        "handing_over",
        "talks",
        "api",
    ],
    "counselling": [
        "access",
        "levels",
        "pages",
        "sharing",
        "topics",
        "concern_pages",
        "api",
        "api_follow_ups",
    ],
    "students/access.py": [
        "access",
        "access_properties",
        "depths",
        "emergencies",
        "emergency_reviews",
        "exports",
    ],
    "students": [
        "record_pages",
        "emergencies",
        "emergency_reviews",
        "exports",
        "who_looked",
        "pairing_pages",
        "finder",
    ],
    "schools/access.py": ["members", "duties", "calendar", "places", "two_people", "leaving"],
    "schools": ["audit", "members", "factors", "places", "duties", "calendar", "two_people"],
    "reminders": ["access", "views", "selectors"],
    "accounts": ["step_up", "second_factor", "second_factor_setup", "sessions", "api_token"],
}


def _pytest(name: str, arguments: list[str], **env: str) -> subprocess.CompletedProcess[str]:
    whole = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "TEST_DB": f"mutants_{name}",
        **env,
    }
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=HOME, env=whole, capture_output=True, text=True, check=False)


def _judged(what: str, folder: Path) -> list[dict[str, Any]]:
    result = folder / f"{what}.json"
    done = _pytest(what, ["--create-db", f"tests/mutants/whole.py::test_{what}"], MUTANTS_RESULT=str(result))
    if not result.exists():
        sys.exit(f"The mutants of the {what} couldn't be tried:\n{done.stdout}{done.stderr}")
    found: list[dict[str, Any]] = json.loads(result.read_text(encoding="utf-8"))
    return found


def _tests_for(path: str) -> list[str]:
    app = path.partition("/")[0]
    names = TESTS.get(path) or TESTS.get(app) or []
    homes = [HOME / "tests" / app / f"test_{name}.py" for name in names]
    return [str(home) for home in homes if home.exists()]


def _by_tests(mutant: dict[str, Any], worker: str) -> dict[str, Any]:
    """What the tests of its part say; they use one database, made at the first and kept."""
    tests = _tests_for(mutant["path"])
    done = _pytest(
        worker,
        ["--reuse-db", "-p", "tests.mutants.plugin", *tests],
        KITELINE_MUTANT=str(mutant["number"]),
    )
    if done.returncode == 1:
        failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
        return mutant | {"noticed": (failed or ["a test"])[0]}
    if done.returncode:
        sys.exit(f"{mutant['name']}: pytest ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return mutant


def _second_look(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    missed = [mutant for mutant in found if not mutant["noticed"]]
    halves = [missed[0::2], missed[1::2]]

    def look(number: int) -> list[dict[str, Any]]:
        return [_by_tests(mutant, f"look{number}") for mutant in halves[number]]

    with ThreadPoolExecutor(2) as pool:
        looked = [one for half in pool.map(look, range(2)) for one in half]
    return [mutant for mutant in found if mutant["noticed"]] + looked


def main() -> int:
    uses_embedded = not (os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"))
    if uses_embedded:
        embedded.start()
    try:
        with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
            parts = pool.map(lambda what: _judged(what, Path(folder)), ("database", "permissions"))
            database, permissions = parts
        found = database + _second_look(permissions)
    finally:
        if uses_embedded:
            embedded.stop()
    for mutant in found:
        print(
            f"{'caught  ' if mutant['noticed'] else 'SURVIVED'} {mutant['name']}  {mutant['noticed'][:100]}"
        )
    survived = sum(not mutant["noticed"] for mutant in found)
    print(f"mutants: {len(found)} made, {len(found) - survived} caught, {survived} survived")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
