"""What row security costs: the same pages with the second lock closed and open, in turns."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from bench import pages

ROUNDS, REPEATS = 4, 15


def report() -> None:
    """Print a table: page, median in milliseconds with and without row security, and the difference."""
    print("| page | as | with ms | without ms | cost |\n|---|---|---:|---:|---:|")
    taken: dict[tuple[str, str, bool], list[float]] = defaultdict(list)
    acts = list(pages.acts())
    for number in range(2 * ROUNDS):
        closed = number % 2 == 0
        with _second_lock(closed=closed):
            for name, who, ask in acts:
                ask()
                taken[name, who, closed] += [pages.time_of(ask) for _ in range(REPEATS)]
    total = {True: 0.0, False: 0.0}
    for name, who, _ask in acts:
        closed, opened = (statistics.median(taken[name, who, one]) for one in (True, False))
        total[True] += closed
        total[False] += opened
        print(f"| {name} | {who} | {closed:.1f} | {opened:.1f} | {closed / opened - 1:+.0%} |")
    print(f"| all | | {total[True]:.1f} | {total[False]:.1f} | {total[True] / total[False] - 1:+.0%} |")


@contextmanager
def _second_lock(*, closed: bool) -> Iterator[None]:
    """Row security of every table as it is, or off for the while."""
    if closed:
        yield
        return
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace"
        )
        tables = [name for (name,) in cursor.fetchall()]
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        try:
            yield
        finally:
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
