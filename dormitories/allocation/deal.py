"""From rooms to beds: who gets which bed of the room the plan gives them.

A pinned pupil has the pinned bed; who needs a lower bunk has one; who stays in the room keeps the bed; the
others get what is left, in order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RoomBed:
    """One bed of a room that may be given."""

    key: int
    is_lower: bool


@dataclass(frozen=True, slots=True)
class Sleeper:
    """A pupil whom the plan puts into the room; `bed` is today's, in whatever room."""

    key: int
    bed: int | None = None
    pinned_bed: int | None = None
    lower_bunk: bool = False


def deal(beds: Sequence[RoomBed], sleepers: Sequence[Sleeper]) -> Mapping[int, int]:
    """Pupil's key → bed's key. There are at least as many beds as sleepers; else some get none."""
    free = {bed.key: bed for bed in beds}
    found: dict[int, int] = {}

    def take(sleeper: Sleeper, wanted: int | None) -> None:
        if sleeper.key not in found and wanted in free:
            found[sleeper.key] = free.pop(wanted).key

    lower = {bed.key for bed in beds if bed.is_lower}
    low = [sleeper for sleeper in sleepers if sleeper.lower_bunk]
    for sleeper in sleepers:
        take(sleeper, sleeper.pinned_bed)
    for sleeper in low:
        take(sleeper, sleeper.bed if sleeper.bed in lower else None)
    for sleeper in low:
        take(sleeper, _first_lower(free, sleepers))
    for sleeper in sleepers:
        take(sleeper, sleeper.bed)
    for sleeper in sleepers:
        take(sleeper, next(iter(free), None))
    return found


def _first_lower(free: Mapping[int, RoomBed], sleepers: Sequence[Sleeper]) -> int | None:
    """A lower bunk, if possible one in which nobody sleeps who stays."""
    kept = {sleeper.bed for sleeper in sleepers}
    lower = [bed.key for bed in free.values() if bed.is_lower]
    return next((key for key in lower if key not in kept), lower[0] if lower else None)
