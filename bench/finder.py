"""How fast the finder answers; `make bench` runs it over 100,000 pupils, bench/README.md keeps the results.

Measures what a request waits for: memberships, lookup, pupils, classes. `near` works in one school of the
county, `everywhere` holds the head teacher's role in all of them: nobody has more to search.
"""

from __future__ import annotations

import statistics
import time

ROUNDS = 20
TYPED = {
    "whole name": "王小燕",
    "surname": "王",
    "tail": "小燕",
    "pinyin": "wangxiaoyan",
    "beginning": "wangx",
    "two letters": "wa",
    "initials": "wxy",
    "last four": "1234",
    "nobody": "qqqq",
}


def report() -> None:
    """The table of bench/README.md, over the demo district in the database; nothing it writes stays."""
    from django.db import transaction

    from students.models import FinderKey, Student

    print(f"{Student.objects.count():,} pupils, {FinderKey.objects.count():,} keys")
    print(f"| typed | {'one school':>12} | {'every school':>12} |\n|---|---:|---:|")
    with transaction.atomic():
        people = _people()
        for what, text in TYPED.items():
            times = [_as(person, text) for person in people]
            print(f"| {what} “{text}” | " + " | ".join(f"{one:9.1f} ms" for one in times) + " |")
        transaction.set_rollback(True)


def _people() -> list:
    from django.utils import timezone

    from accounts.models import User
    from accounts.roles import Role
    from schools.models import Membership, School

    near = User.objects.get(username="counsellor")
    everywhere = User.objects.create_user("bench-everywhere", name="bench")
    today = timezone.localdate()
    Membership.objects.bulk_create(
        Membership(user=everywhere, role=Role.HEAD_TEACHER, school=school, started_on=today)
        for school in School.objects.all()
    )
    return [near, everywhere]


def _as(person, text: str) -> float:
    from core import tenancy

    with tenancy.acting(person, "bench"):
        return _measure(person, text)


def _measure(person, text: str) -> float:
    """The median in milliseconds, memberships read anew each time as in a request."""
    from django.utils import timezone

    from students.selectors import finder

    times = []
    for _ in range(ROUNDS):
        person.__dict__.pop("_grants", None)
        started = time.perf_counter()
        finder.find(person, text, on=timezone.localdate(), limit=8)
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)
