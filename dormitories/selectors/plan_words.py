"""A plan in words: why somebody moves, which rules can't hold together, what a change by hand breaks.

For those who give beds. They see which pupils a rule is about, never why it is there; and why somebody moves
never names the one they are kept apart from: a list of moves is printed and shown around.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dormitories.allocation.check import Broken, Violation
from dormitories.allocation.explain import Reason
from dormitories.allocation.hard_rules import RuleKind
from dormitories.models import PlannedPlace, Room
from students.models import Student

FOLD_FROM = 6  # rules of one kind: from so many on they are told as a number
NAMES_SHOWN = 12


@dataclass(frozen=True)
class Names:
    """What keys are called."""

    pupils: Mapping[int, str]
    rooms: Mapping[int, str]

    def pupil(self, key: int | None) -> str:
        return self.pupils.get(key or 0, "—")

    def room(self, key: int | None) -> str:
        return self.rooms.get(key or 0, "—")

    def list(self, keys: Iterable[int]) -> str:
        """Names in a row, cut where nobody would read on."""
        known = list(keys)
        shown = "、".join(self.pupil(key) for key in known[:NAMES_SHOWN])
        return f"{shown} …" if len(known) > NAMES_SHOWN else shown


def names_of(school_id: int, pupils: Iterable[int], rooms: Iterable[int]) -> Names:
    """Names of pupils and rooms of a school by key, in two queries."""
    students = Student.objects.filter(school_id=school_id, pk__in=set(pupils))
    doors = Room.objects.filter(school_id=school_id, pk__in=set(rooms))
    return Names(dict(students.values_list("pk", "name")), dict(doors.values_list("pk", "number")))


# --- why somebody moves ---------------------------------------------------------------------------


def reason_words(place: PlannedPlace) -> str:
    """One short sentence; asks for `place.other`."""
    if not place.moves:
        return ""
    if place.by_hand:
        return _("Changed by hand")
    other = place.other.name if place.other else ""
    named = _with_name(place.reason, other) if other else ""
    return named or _plain_reasons(place.number).get(place.reason, "")


def _with_name(reason: str, name: str) -> str:
    words: dict[str, str] = {
        Reason.SIBLING: _("To share a room with %(name)s, brother or sister"),
        Reason.TOGETHER: _("To share a room with %(name)s, as a rule asks"),
        Reason.WISH: _("To share a room with %(name)s"),
        Reason.BUDDY: _("To be with the buddy: %(name)s"),
        Reason.MAKES_ROOM: _("Makes room for %(name)s"),
    }
    return words[reason] % {"name": name} if reason in words else ""


def _plain_reasons(number: int) -> dict[str, str]:
    mates = ngettext("%(n)d classmate sleeps there", "%(n)d classmates sleep there", number) % {"n": number}
    return {
        "other_bed": _("Another bed in the same room"),
        Reason.FIRST_BED: _("Had no bed"),
        Reason.ROOM_GONE: _("Today's room isn't in this plan"),
        Reason.PINNED: _("A rule names this bed"),
        Reason.GROUND_FLOOR: _("Needs the ground floor"),
        Reason.NEAR_WARDEN: _("Needs a room near the warden"),
        Reason.ROOM_GRADES: _("Today's room is for other grades"),
        Reason.LOWER_BUNK: _("Needs a lower bunk"),
        Reason.KEPT_APART: _("A rule between children speaks against today's room"),
        Reason.GRADE_SPAN: _("Too many grades would share today's room"),
        Reason.SIBLING: _("To be with a brother or sister"),
        Reason.TOGETHER: _("To be together, as a rule asks"),
        Reason.WISH: _("To be with a friend"),
        Reason.BUDDY: _("So that a newcomer has a buddy"),
        Reason.CLASSMATES: mates,
        Reason.SPREAD: _("To spread children over the rooms, as a rule asks"),
        Reason.MAKES_ROOM: _("Makes room for others"),
    }


# --- what a change by hand breaks -----------------------------------------------------------------


def violation_words(found: Iterable[Violation], names: Names) -> list[str]:
    """A sentence for each hard rule that the plan as it stands breaks."""
    return [_violation(one, names) for one in found]


def _violation(one: Violation, names: Names) -> str:
    words = {
        Broken.NO_BED: _("%(names)s: no bed."),
        Broken.UNKNOWN: _("%(names)s: not part of this plan."),
        Broken.OVERFULL: _("Room %(room)s: more children than beds."),
        Broken.PINNED: _("%(names)s: a rule names another bed than in room %(room)s."),
        Broken.GROUND_FLOOR: _("%(names)s: needs the ground floor; room %(room)s isn't."),
        Broken.NEAR_WARDEN: _("%(names)s: needs a room near the warden; room %(room)s isn't."),
        Broken.ROOM_GRADES: _("%(names)s: room %(room)s is for other grades."),
        Broken.LOWER_BUNK: _("Room %(room)s: too few lower bunks for %(names)s."),
        Broken.GRADE_SPAN: _("Room %(room)s: too many grades."),
        Broken.APART: _("Room %(room)s: %(names)s are kept apart by a rule."),
    }
    return words[one.broken] % {"room": names.room(one.room), "names": names.list(one.pupils)}


# --- why there is no plan -------------------------------------------------------------------------


def conflict_keys(conflicts: Iterable[Mapping[str, Any]]) -> tuple[set[int], set[int]]:
    """The pupils and the rooms that the sentences will name."""
    pupils: set[int] = set()
    rooms: set[int | None] = set()
    for one in conflicts:
        for said in (one, *one["rules"]):
            pupils |= set(said["pupils"])
            rooms.add(said["room"])
    return pupils, {room for room in rooms if room is not None}


def conflict_words(one: Mapping[str, Any], names: Names) -> list[str]:
    """The sentences of one conflict: a count, or the rules of which each is needed for it."""
    if one["why"] == "rules":
        return _rules(one["rules"], names)
    low, high = one["grades"] or (0, 0)
    said = {
        "wanted": one["wanted"],
        "there": one["there"],
        "names": names.list(one["pupils"]),
        "room": names.room(one["room"]),
        "low": low,
        "high": high,
    }
    return [_counts()[one["why"]] % said]


def _counts() -> dict[str, str]:
    return {
        "beds": _("%(wanted)d children need a bed; there are %(there)d."),
        "ground_floor": _("%(wanted)d children need the ground floor, which has %(there)d beds: %(names)s."),
        "near_warden": _(
            "%(wanted)d children need a room near the warden; those rooms have %(there)d beds: %(names)s."
        ),
        "ground_and_near": _(
            "%(wanted)d children need a room near the warden on the ground floor; there are %(there)d such"
            " beds: %(names)s."
        ),
        "lower_bunk": _("%(wanted)d children need a lower bunk; there are %(there)d: %(names)s."),
        "grades": _(
            "Grades %(low)d to %(high)d: %(wanted)d children; the rooms that take them have %(there)d beds."
        ),
        "no_room": _("No room answers all that rules ask for %(names)s."),
        "pinned_full": _(
            "Rules name beds in room %(room)s for %(wanted)d children; it has %(there)d: %(names)s."
        ),
        "pinned_apart": _("%(names)s are kept apart, and rules name beds in room %(room)s for both."),
    }


def _rules(rules: list[Mapping[str, Any]], names: Names) -> list[str]:
    by_kind: dict[str, list[Mapping[str, Any]]] = {}
    for rule in rules:
        by_kind.setdefault(rule["kind"], []).append(rule)
    sentences = []
    for kind, same in by_kind.items():
        if len(same) >= FOLD_FROM:
            who = sorted({key for rule in same for key in rule["pupils"]})
            sentences.append(_FOLDED[kind]() % {"n": len(same), "names": names.list(who)})
        else:
            words = _ONE[kind]()
            sentences += [
                words % {"names": names.list(rule["pupils"]), "room": names.room(rule["room"])}
                for rule in same
            ]
    return sentences


# Functions, so that the language is asked when the page is made.
_ONE: dict[str, Callable[[], str]] = {
    RuleKind.PINNED: lambda: _("%(names)s stays in the bed that a rule names, in room %(room)s."),
    RuleKind.GROUND_FLOOR: lambda: _("%(names)s sleeps on the ground floor."),
    RuleKind.NEAR_WARDEN: lambda: _("%(names)s sleeps near the warden."),
    RuleKind.LOWER_BUNK: lambda: _("%(names)s sleeps in a lower bunk."),
    RuleKind.APART: lambda: _("%(names)s are kept apart."),
    RuleKind.GRADE_SPAN: lambda: _("Only so many grades may share a room as a rule allows."),
    RuleKind.ROOM_GRADES: lambda: _("Room %(room)s is for certain grades."),
}
_FOLDED: dict[str, Callable[[], str]] = {
    RuleKind.PINNED: lambda: _("%(n)d children stay in beds that rules name: %(names)s."),
    RuleKind.GROUND_FLOOR: lambda: _("%(n)d children sleep on the ground floor: %(names)s."),
    RuleKind.NEAR_WARDEN: lambda: _("%(n)d children sleep near the warden: %(names)s."),
    RuleKind.LOWER_BUNK: lambda: _("%(n)d children sleep in a lower bunk: %(names)s."),
    RuleKind.APART: lambda: _("%(n)d pairs are kept apart, among them %(names)s."),
    RuleKind.GRADE_SPAN: lambda: _("Only so many grades may share a room as a rule allows."),
    RuleKind.ROOM_GRADES: lambda: _("%(n)d rooms are for certain grades."),
}
