"""What the pages wait for, without a web server: the finder, pages in process, row security, a large roster.

`python -m bench.inside --pupils 12000 --rows 5000` gives a taste. bench/README.md keeps the results.
"""

from __future__ import annotations

import argparse
import os
import time

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
os.environ["TEST_DB"] = "bench"


def main() -> None:
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
        _run(options.pupils, options.rows)
    finally:
        connections.close_all()
        teardown_databases(databases, verbosity=0)


def _run(pupils: int, rows: int) -> None:
    from django.utils import timezone

    from bench import finder, locks, pages, roster
    from core import tenancy
    from demo import services

    started = time.perf_counter()
    print(services.seed_district(pupils=pupils, seed=7, now=timezone.localtime()))
    print(f"demo district of {pupils:,}: {time.perf_counter() - started:.1f} s\n")
    services.analyse()
    with tenancy.program("bench"):  # what a signed-in client asks is asked in that person's scope
        finder.report()
        print()
        pages.report()
        print()
        locks.report()
        print()
        roster.main(rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.inside")
    parser.add_argument("--pupils", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=20_000, help="rows of the roster that is imported")
    return parser.parse_args()


if __name__ == "__main__":
    main()
