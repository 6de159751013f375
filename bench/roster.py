"""How long a roster takes: `python -m bench.roster [ROWS]`, on the database of the settings, rolled back.

It needs the program's database (run `make run` once before, or set DATABASE_URL); nothing it writes stays.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")


def timed(label: str, work: Callable[[], Any]) -> Any:
    """Run something and print what it took."""
    wall, processor = time.perf_counter(), time.process_time()
    result = work()
    print(
        f"{label:28} {time.perf_counter() - wall:7.1f} s  ({time.process_time() - processor:.1f} s in Python)"
    )
    return result


def main(count: int) -> None:
    """Dry run, import, the same again, and an update of every row."""
    django.setup()
    from django.db import transaction
    from django.utils import timezone

    from bench.rosters import make_roster
    from core import tenancy
    from schools.models import Area, School, SchoolClass, SchoolYear
    from students.services import roster, roster_plan

    content = timed(f"make a file of {count} rows", lambda: make_roster(count))
    moved = make_roster(count, classes=3, seed=1, phone_prefix="19")
    on, now = date(2026, 11, 22), timezone.now()
    with tenancy.program("bench"), transaction.atomic():
        area = Area.objects.create(code="999999", name="Bench", level="province", path="999999")
        school = School.objects.create(code="9999999999", name="Bench", area=area)
        year = SchoolYear.objects.create(school=school, starts_on=date(2026, 9, 1), ends_on=date(2027, 8, 31))
        SchoolClass.objects.bulk_create(
            SchoolClass(school=school, year=year, grade=grade, number=number)
            for grade in range(1, 10)
            for number in (1, 2, 3)
        )

        def bring_in(data: bytes) -> dict[str, int]:
            return roster.import_file(
                school=school, content=data, file_name="bench.xlsx", by=None, on=on, now=now
            ).counts()

        timed("dry run, empty register", lambda: roster_plan.plan_file(content, school, on=on))
        print(timed("import, all new", lambda: bring_in(content)))
        timed("dry run, full register", lambda: roster_plan.plan_file(content, school, on=on))
        print(timed("import again, unchanged", lambda: bring_in(content)))
        print(timed("import, all updated", lambda: bring_in(moved)))
        transaction.set_rollback(True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
