"""What the rota is worked out from, and what comes out.

Slots never overlap in time: a school's windows don't. So "the same time" is "the same slot".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

PREFERENCE_MOST = 10
WANTS_MOST = 3


class ProblemError(ValueError):
    """The problem contradicts itself; the message says where, without a name."""


class Reason(StrEnum):
    """Why a pupil gets no call."""

    CLOSED = "closed"
    NO_NUMBER = "no_number"
    BARRED = "barred"
    NEVER_REACHABLE = "never_reachable"
    AWAY = "away"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Slot:
    """A time in which `places` calls fit, one for each free telephone. `day` 0 is Monday."""

    day: int
    minute: int
    places: int


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at home who may be called, the number, and the slots in which they can answer."""

    person: int
    number: int
    slots: frozenset[int]


@dataclass(frozen=True, slots=True)
class Pupil:
    """A pupil who should talk with home. `contacts` come in the order in which they are called.

    `waited` are days since the last real conversation. `slots` are those in which the pupil is free.
    `best` is how well a slot suits (0 best … 10); a slot that isn't in it counts 0. `barred` says that there
    are numbers, but only of people who may not be called.
    """

    id: int
    waited: int
    contacts: tuple[Contact, ...]
    slots: frozenset[int]
    best: Mapping[int, int] = field(default_factory=dict)
    barred: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """Pupils who share one call: siblings. `slots` maps each possible slot to what it costs (0 … 10).

    They call `person` on `number`, but in the slots of `others`: there it is another person at home (and
    number), since the first can't be reached then.
    """

    pupils: tuple[int, ...]
    person: int
    number: int
    waited: int
    wants: int
    slots: Mapping[int, int]
    others: Mapping[int, tuple[int, int]] = field(default_factory=dict)

    def whom(self, slot: int) -> tuple[int, int]:
        """Person and number to call in a slot."""
        return self.others.get(slot, (self.person, self.number))

    @property
    def people(self) -> set[int]:
        return {self.person, *(person for person, _number in self.others.values())}


@dataclass(frozen=True, slots=True)
class Problem:
    """Slots and units, ready to be solved. The order of the units settles nothing but equal waits."""

    slots: tuple[Slot, ...]
    units: tuple[Unit, ...]

    def check(self) -> None:
        """Raises ProblemError when a unit names a slot that isn't there, or a pupil stands in two."""
        seen: set[int] = set()
        for number, unit in enumerate(self.units):
            if not unit.pupils or seen & set(unit.pupils) or len(set(unit.pupils)) < len(unit.pupils):
                raise ProblemError(f"unit {number}: no pupil, or one who stands in two")
            seen |= set(unit.pupils)
            if not 1 <= unit.wants <= WANTS_MOST or unit.waited < 0:
                raise ProblemError(f"unit {number}: wants {unit.wants}, waited {unit.waited}")
            if not set(unit.others) <= set(unit.slots):
                raise ProblemError(f"unit {number}: another person in a slot that isn't possible")
            for slot, cost in unit.slots.items():
                if not 0 <= slot < len(self.slots) or not 0 <= cost <= PREFERENCE_MOST:
                    raise ProblemError(f"unit {number}: slot {slot} at {cost}")
        if any(slot.places < 0 or not 0 <= slot.day <= 6 for slot in self.slots):
            raise ProblemError("a slot with less than no place, or on no day")


@dataclass(frozen=True, slots=True, order=True)
class Tiers:
    """What a plan reaches, compared from the first to the last; more is better in each.

    `fairness` is the sum of the ranks by wait of the families that are called; `further` counts 3 for a
    second call of a family and 2 for a third; `crowded` is minus the number of pairs of calls of a family
    that fall into the same two days; `suits` is minus the sum of what the slots cost.
    """

    pupils: int
    fairness: int
    further: int
    crowded: int
    suits: int


@dataclass(frozen=True, slots=True)
class Plan:
    """For each unit its slots in order of time; what that reaches, and whether every tier is proven best."""

    calls: tuple[tuple[int, ...], ...]
    tiers: Tiers
    optimal: bool
