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
# The tests that know more than the matrix does, by the app in which the mutant is.
TESTS = {
    "counselling": [
        *(
            "access",
            "access_properties",
            "reading_rules",
            "concern_rules",
            "promise_access_rules",
            "levels",
            "sharing",
            "handing_over",
            "talks",
            "topics",
            "break_glass",
        ),
        *("concern_access", "concerns", "concern_pages", "concern_routing", "pages", "api", "api_follow_ups"),
    ],
    "students": [
        *(
            "access",
            "access_properties",
            "access_rules",
            "depths",
            "emergencies",
            "emergency_reviews",
            "exports",
            "who_looked",
        ),
        *("record_pages", "pairing_pages", "finder", "children", "api", "home", "home_pages"),
    ],
    "dormitories": [
        *("bed_rules", "stays", "house_pages", "house_api", "house_files", "late_returns", "plans"),
        *("plan_pages", "plan_api", "leaves", "leave_pages", "rolls", "roll_pages", "roll_api"),
    ],
    "calls": [
        *("board_pages", "board_services", "booking_pages", "bookings", "api_contacts", "clocks", "parents"),
        *("planning_pages", "rota_services", "rota_publishing", "setup_pages"),
    ],
    "dashboards": ["rights", "pages", "releases"],
    "schools": [
        "access",
        "duty_access",
        "members",
        "duties",
        "calendar",
        "places",
        "two_people",
        "leaving",
        "audit",
        "factors",
        "api",
    ],
    "reminders": ["access", "views", "selectors"],
    "accounts": ["step_up", "api_token", "sessions"],
}


def _pytest(name: str, arguments: list[str], **env: str) -> subprocess.CompletedProcess[str]:
    whole = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "TEST_DB": f"mutants_{name}",
        **env,
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=HOME, env=whole, capture_output=True, text=True, check=False)


def _judged(what: str, folder: Path, part: str = "0/1") -> list[dict[str, Any]]:
    name = what + part.replace("/", "of")
    result = folder / f"{name}.json"
    done = _pytest(
        name,
        ["--create-db", f"tests/mutants/whole.py::test_{what}"],
        MUTANTS_RESULT=str(result),
        MUTANTS_PART=part,
    )
    if done.returncode:
        sys.exit(f"The mutants of the {what} couldn't be tried:\n{done.stdout}{done.stderr}")
    found: list[dict[str, Any]] = json.loads(result.read_text(encoding="utf-8"))
    return found


def _tests_for(app: str) -> list[str]:
    return [str(HOME / "tests" / app / f"test_{name}.py") for name in TESTS[app]]


def _by_tests(app: str, missed: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """What the tests of its part say of those that the matrix missed."""
    asked, result = folder / f"{app}.asked", folder / f"{app}.found"
    asked.write_text(json.dumps([mutant["number"] for mutant in missed]), encoding="utf-8")
    arguments = ["--create-db", "-p", "tests.mutants.plugin", *_tests_for(app)]
    done = _pytest(f"of_{app}", arguments, MUTANTS_ASKED=str(asked), MUTANTS_RESULT=str(result))
    if done.returncode or not result.exists():
        sys.exit(f"The tests of {app} couldn't be asked:\n{done.stdout}{done.stderr}")
    found: dict[str, str] = json.loads(result.read_text(encoding="utf-8"))
    return [mutant | {"noticed": found[str(mutant["number"])]} for mutant in missed]


def _second_look(found: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    by_app: dict[str, list[dict[str, Any]]] = {}
    for mutant in found:
        if not mutant["noticed"]:
            by_app.setdefault(mutant["path"].partition("/")[0], []).append(mutant)
    with ThreadPoolExecutor(2) as pool:
        looked = list(pool.map(lambda one: _by_tests(one[0], one[1], folder), by_app.items()))
    return [mutant for mutant in found if mutant["noticed"]] + [one for part in looked for one in part]


def main() -> int:
    uses_embedded = not (os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"))
    if uses_embedded:
        embedded.start()
    try:
        with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
            work = [("permissions", "0/2"), ("permissions", "1/2"), ("database", "0/1")]
            first, second, database = pool.map(lambda one: _judged(one[0], Path(folder), one[1]), work)
            found = database + _second_look(first + second, Path(folder))
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
