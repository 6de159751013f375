"""`make bench-faults`: kill workers by the thousand while they send, then compare the mail server's ledger.

Faults, all real: kill -9 at random moments and at each step that the mail server sees; refusals; connections
broken before and after the text; all database sessions ended by the server; reminders called off under way.
README.md in this folder says what is counted and what came out.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
os.environ["TEST_DB"] = "faults"
os.environ["QUIET_FROM"] = os.environ["QUIET_UNTIL"] = "00:00"


def main() -> int:
    options = _options()
    from config import embedded

    if not os.environ.get("DATABASE_URL"):
        embedded.start_until_exit()
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections
    from django.test.utils import setup_databases, teardown_databases

    call_command("ensure_roles", verbosity=0)
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        from bench.faults.storm import Storm

        with tempfile.TemporaryDirectory() as var:
            result = Storm(options, Path(var)).run()
    finally:
        connections.close_all()
        teardown_databases(databases, verbosity=0)
    print(json.dumps(result, indent=2))
    wrong = {key: result[key] for key in ("lost", "doubled", "silent", "open") if result[key]}
    print("FAILED: " + str(wrong) if wrong else "0 lost, 0 doubled, 0 silent; every doubt is shown.")
    return 1 if wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=2000)
    parser.add_argument("--reminders", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--seed", type=int, default=20261122)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
