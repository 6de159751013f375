"""Where higher apps give the school's pages what they know, without being imported here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from accounts.models import User
from schools.models import School

PupilCounter = Callable[[Sequence[int], date], dict[int, int]]

NewSchoolHook = Callable[[School, User | None], object]

_pupil_counters: list[PupilCounter] = []
_new_school_hooks: dict[str, NewSchoolHook] = {}


def count_pupils_with(counter: PupilCounter) -> None:
    """`counter(class ids, day)` gives the pupils enrolled in each class, in one query."""
    _pupil_counters[:] = [counter]


def pupils_by_class(class_ids: Sequence[int], on: date) -> dict[int, int]:
    return _pupil_counters[0](class_ids, on) if _pupil_counters else {}


def for_each_new_school(name: str, hook: NewSchoolHook) -> None:
    """`hook(school, by)` runs inside the transaction that opens a school: what it must begin with."""
    _new_school_hooks[name] = hook


def equip(school: School, by: User | None) -> None:
    for hook in _new_school_hooks.values():
        hook(school, by)
