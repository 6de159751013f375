"""Who calls together, and who can't be called at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from calls.rota.problem import PREFERENCE_MOST, Contact, Pupil, Reason, Slot, Unit


@dataclass(slots=True)
class _Group:
    """Pupils who call one person together, and the slots that suit all of them."""

    contact: Contact
    pupils: list[Pupil]
    slots: frozenset[int]


def make_units(
    pupils: Iterable[Pupil], slots: Sequence[Slot], *, wants: int
) -> tuple[tuple[Unit, ...], dict[int, Reason]]:
    """Siblings share a call where one slot suits all; for who can't be called, the reason.

    The pupil who has waited longest chooses the contact; a brother or sister joins when any of their own
    contacts is that person. A contact counts only with a slot in which both sides are free, so a second
    parent steps in for one who never can, and in the slots in which the first can't: those suit least, but
    better the father on Tuesday than nobody. Where siblings have no slot in common, each calls alone, and
    the solver keeps the person from being called twice at once.
    """
    open_slots = frozenset(number for number, slot in enumerate(slots) if slot.places > 0)
    groups: dict[int, list[_Group]] = {}
    reasons: dict[int, Reason] = {}
    for pupil in sorted(pupils, key=lambda one: (-one.waited, one.id)):
        reason = _hindrance(pupil, open_slots)
        if reason:
            reasons[pupil.id] = reason
        elif not _joined(pupil, groups):
            _begin(pupil, groups, open_slots)
    made = [_unit(group, wants, open_slots) for same in groups.values() for group in same]
    return tuple(sorted(made, key=lambda unit: unit.pupils)), reasons


def _hindrance(pupil: Pupil, open_slots: frozenset[int]) -> Reason | None:
    if not pupil.contacts:
        return Reason.BARRED if pupil.barred else Reason.NO_NUMBER
    if not open_slots:
        return Reason.CLOSED
    reachable = frozenset().union(*(contact.slots for contact in pupil.contacts)) & open_slots
    if not reachable:
        return Reason.NEVER_REACHABLE
    return None if reachable & pupil.slots else Reason.AWAY


def _joined(pupil: Pupil, groups: dict[int, list[_Group]]) -> bool:
    for contact in pupil.contacts:
        for group in groups.get(contact.person, ()):
            common = group.slots & pupil.slots & contact.slots
            if common:
                group.pupils.append(pupil)
                group.slots = common
                return True
    return False


def _begin(pupil: Pupil, groups: dict[int, list[_Group]], open_slots: frozenset[int]) -> None:
    for contact in pupil.contacts:
        common = contact.slots & pupil.slots & open_slots
        if common:
            groups.setdefault(contact.person, []).append(_Group(contact, [pupil], common))
            return


def _unit(group: _Group, wants: int, open_slots: frozenset[int]) -> Unit:
    others = _others(group, open_slots)
    costs = {slot: _cost(group.pupils, slot) for slot in group.slots} | dict.fromkeys(others, PREFERENCE_MOST)
    return Unit(
        pupils=tuple(sorted(pupil.id for pupil in group.pupils)),
        person=group.contact.person,
        number=group.contact.number,
        waited=max(pupil.waited for pupil in group.pupils),
        wants=wants,
        slots=dict(sorted(costs.items())),
        others=others,
    )


def _others(group: _Group, open_slots: frozenset[int]) -> dict[int, tuple[int, int]]:
    """For each further slot whom all of them may call then, in the order of who has waited longest."""
    found: dict[int, tuple[int, int]] = {}
    for contact in group.pupils[0].contacts:
        if contact.person == group.contact.person:
            continue
        slots = open_slots - group.slots
        for pupil in group.pupils:
            slots &= pupil.slots & _slots_of(pupil, contact.person)
        for slot in slots:
            found.setdefault(slot, (contact.person, contact.number))
    return dict(sorted(found.items()))


def _slots_of(pupil: Pupil, person: int) -> frozenset[int]:
    return next((one.slots for one in pupil.contacts if one.person == person), frozenset())


def _cost(pupils: list[Pupil], slot: int) -> int:
    return min(PREFERENCE_MOST, max(pupil.best.get(slot, 0) for pupil in pupils))
