"""Where pupils are at a time, told by the apps above: leave, roll call, whatever keeps a child from a call.

An app that knows registers one function when it is ready; one that plans asks `busy` and needn't know who
knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

# (ids of pupils, from, until) → for each pupil who is somewhere else: (from, until, key of the reason).
Provider = Callable[[list[int], datetime, datetime], dict[int, list[tuple[datetime, datetime, str]]]]

_providers: dict[str, Provider] = {}


@dataclass(frozen=True, order=True, slots=True)
class Busy:
    """A pupil can't be asked for anything from `start` until `end` (aware; the end is free again).

    `reason` is a key of the app that registered as `source`: it is put into words where it is shown.
    """

    start: datetime
    end: datetime
    source: str
    reason: str


def add_provider(name: str, provider: Provider) -> None:
    """Register once, in AppConfig.ready: one query for many pupils, and nothing outside the period."""
    _providers[name] = provider


def remove_provider(name: str) -> None:
    """For tests that registered one."""
    _providers.pop(name, None)


def busy(student_ids: Iterable[int], start: datetime, end: datetime) -> dict[int, list[Busy]]:
    """What each of these pupils is held by within [start, end), in order; whoever is free isn't in it.

    Asks every provider once, however many pupils. Raises ValueError for a period that doesn't go forward.
    """
    if end <= start:
        raise ValueError("a period ends after it starts")
    ids = list(dict.fromkeys(student_ids))
    found: dict[int, list[Busy]] = {}
    for source, provider in _providers.items():
        for student_id, periods in provider(ids, start, end).items():
            kept = [Busy(*one[:2], source, one[2]) for one in periods if one[0] < end and one[1] > start]
            if kept:
                found.setdefault(student_id, []).extend(kept)
    return {student_id: sorted(periods) for student_id, periods in found.items()}
