"""What the app of the houses above tells: the beds pupils are found under, and whose sex a house holds.

It registers when it is ready; nothing here knows of houses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

# (ids of pupils) → for each who has a bed: what somebody may type for it, 302-4 first, as it is shown.
Codes = Callable[[list[int]], dict[int, list[str]]]
# (id of a school) → its pupils who have a bed in a house for their sex.
Bound = Callable[[int], set[int]]

_codes: list[Codes] = []
_bound: list[Bound] = []


def register(*, codes: Codes, bound: Bound) -> None:
    """Once, in AppConfig.ready."""
    _codes[:], _bound[:] = [codes], [bound]


def bed_codes(student_ids: Iterable[int]) -> dict[int, list[str]]:
    """What these pupils' beds are called; whoever has none isn't in it."""
    ids = list(student_ids)
    return {pk: names for provider in _codes for pk, names in provider(ids).items()}


def bound_by_sex(school_id: int) -> set[int]:
    """The pupils of a school whose sex the database won't let change: they have a bed among girls or boys."""
    return {pk for provider in _bound for pk in provider(school_id)}
