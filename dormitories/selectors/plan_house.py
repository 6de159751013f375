"""A house as the planner sees it: one sex of one school, its beds, its pupils, the rules of a day.

What the plan can't touch stays where it is and takes its bed out of the question: pupils whose stay changes
later anyway, and who sleeps here without being an enrolled boarder in the records.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from hashlib import sha256
from itertools import combinations, groupby
from typing import Any

from django.db.models import Q, QuerySet

from dormitories.allocation.deal import RoomBed, Sleeper, deal
from dormitories.allocation.problem import Bond, Pair, Plan, Problem, Pupil, Room, Spread, Weights
from dormitories.models import AllocationPlan, Bed, Building, Rule, Stay
from dormitories.models import Room as RoomRow
from students.models import Enrolment, Student

Kind = Rule.Kind
_BONDS = {
    Kind.KEEP_APART: Bond.APART,
    Kind.KEEP_TOGETHER: Bond.TOGETHER,
    Kind.SIBLINGS: Bond.SIBLINGS,
}
_FLAGS = {
    Kind.GROUND_FLOOR: "ground_floor",
    Kind.NEAR_WARDEN: "near_warden",
    Kind.LOWER_BUNK: "lower_bunk",
}


@dataclass(frozen=True)
class House:
    """The question, and what dealing beds and approving need beside it. Keys are those of the tables."""

    problem: Problem
    beds: dict[int, list[RoomBed]]
    stays: dict[int, tuple[int, int]]  # pupil → (stay, bed) today
    pinned_beds: dict[int, int]
    fingerprint: str

    def today(self) -> Plan:
        """Who sleeps in which room of the plan now."""
        return {pupil.key: pupil.room for pupil in self.problem.pupils if pupil.room is not None}

    def deal_beds(self, plan: Plan) -> dict[int, int]:
        """Pupil → bed, for a plan of rooms."""
        lower = {pupil.key for pupil in self.problem.pupils if pupil.lower_bunk}
        found: dict[int, int] = {}
        for room in self.problem.rooms:
            sleepers = [
                Sleeper(key, self.stays.get(key, (0, 0))[1] or None, self.pinned_beds.get(key), key in lower)
                for key, place in plan.items()
                if place == room.key
            ]
            found |= deal(self.beds[room.key], sleepers)
        return found


def read_house(plan: AllocationPlan, *, on: date) -> House:
    """Everything a plan is made from, on a day: eight queries, however large the house."""
    buildings = Building.objects.filter(school_id=plan.school_id, sex=plan.sex, pk__in=plan.houses)
    rooms = list(
        RoomRow.objects.filter(building__in=buildings, building__closed_on=None).order_by(
            "building__name", "floor", "number", "pk"
        )
    )
    kept = list(
        Stay.objects.filter(Q(ended_on=None) | Q(ended_on__gte=on), school_id=plan.school_id)
        .filter(student__sex=plan.sex)
        .order_by("pk")
        .values_list("pk", "student_id", "bed_id", "bed__room_id", "started_on")
    )
    later = {student for _, student, _, _, started in kept if started > on}
    stays = {student: (pk, bed, room) for pk, student, bed, room, started in kept if started <= on}
    here = {room.pk for room in rooms}
    grades = {
        student: place
        for student, place in _boarders(plan, on).items()
        if student not in later and (student not in stays or stays[student][2] in here)
    }
    untouched = {bed for _, student, bed, _, _ in kept if student not in grades}
    beds = _beds(rooms, on, untouched)
    rules = list(
        Rule.objects.active(on).filter(school_id=plan.school_id).prefetch_related("pupils").order_by("pk")
    )
    problem = _problem(rooms, beds, grades, {student: room for student, (_, _, room) in stays.items()})
    problem = replace(problem, weights=Weights(**plan.weights))
    problem, pinned = _with_rules(problem, rules, dict(_rooms_of_pins(rules)))
    own = {student: stays[student][:2] for student in grades if student in stays}
    return House(problem, beds, own, pinned, _digest(problem, beds, own, pinned))


def _boarders(plan: AllocationPlan, on: date) -> dict[int, tuple[int, int]]:
    """Enrolled boarders of the sex: pupil → (grade, class)."""
    rows = Enrolment.objects.active(on).filter(
        school_id=plan.school_id,
        student__school_id=plan.school_id,
        student__sex=plan.sex,
        student__boarding=Student.Boarding.BOARDER,
    )
    found = rows.order_by("student_id").values_list("student_id", "school_class__grade", "school_class_id")
    return {student: (grade, school_class) for student, grade, school_class in found}


def _beds(rooms: Sequence[RoomRow], on: date, untouched: set[int]) -> dict[int, list[RoomBed]]:
    """The beds a plan may give from this day on, without an end."""
    broken = Q(out_of_order_from__isnull=False) & (Q(out_of_order_to=None) | Q(out_of_order_to__gte=on))
    usable: QuerySet[Bed] = Bed.objects.filter(room__in=rooms).exclude(broken).exclude(pk__in=untouched)
    found: dict[int, list[RoomBed]] = {room.pk: [] for room in rooms}
    for pk, room, level in usable.order_by("label", "pk").values_list("pk", "room_id", "level"):
        found[room].append(RoomBed(pk, level == Bed.Level.LOWER))
    return found


def _problem(
    rooms: Sequence[RoomRow],
    beds: dict[int, list[RoomBed]],
    grades: dict[int, tuple[int, int]],
    today: dict[int, int],
) -> Problem:
    return Problem(
        tuple(Pupil(key, grade, place, today.get(key)) for key, (grade, place) in grades.items()),
        tuple(
            Room(
                room.pk,
                len(beds[room.pk]),
                sum(bed.is_lower for bed in beds[room.pk]),
                room.on_ground_floor,
                room.near_warden,
                None
                if room.grade_from is None or room.grade_to is None
                else (room.grade_from, room.grade_to),
            )
            for room in rooms
        ),
        grade_span=None,
    )


def _band(room: RoomRow) -> tuple[int, int] | None:
    low, high = room.grade_from, room.grade_to
    return None if low is None or high is None else (low, high)


def _rooms_of_pins(rules: Iterable[Rule]) -> Iterable[tuple[int, int]]:
    beds = [rule.bed_id for rule in rules if rule.kind == Kind.PINNED and rule.bed_id]
    return Bed.objects.filter(pk__in=beds).values_list("pk", "room_id")


def _with_rules(
    problem: Problem, rules: Sequence[Rule], rooms_of_pins: dict[int, int]
) -> tuple[Problem, dict[int, int]]:
    """The rules of the day as the planner knows them; rules about nobody here change nothing."""
    known = {pupil.key for pupil in problem.pupils}
    here = {
        rule.pk: sorted(one.student_id for one in rule.pupils.all() if one.student_id in known)
        for rule in rules
    }
    changes = _own_changes(rules, here)
    pinned = {
        key: rule.bed_id
        for rule in rules
        if rule.kind == Kind.PINNED and rule.bed_id
        for key in here[rule.pk]
    }
    for key, bed in pinned.items():
        changes.setdefault(key, {})["pinned"] = rooms_of_pins[bed]
    spans = [rule.number - 1 for rule in rules if rule.kind == Kind.GRADE_SPAN and rule.number]
    ruled = replace(
        problem,
        pupils=tuple(replace(pupil, **changes.get(pupil.key, {})) for pupil in problem.pupils),
        pairs=tuple(
            Pair(*ends, _BONDS[Kind(rule.kind)])
            for rule in rules
            if rule.kind in _BONDS
            for ends in combinations(here[rule.pk], 2)
        ),
        spreads=tuple(
            Spread(frozenset(here[rule.pk]), rule.number)
            for rule in rules
            if rule.kind == Kind.SPREAD and rule.number
        ),
        grade_span=min(spans, default=None),
    )
    return ruled, pinned


def _own_changes(rules: Sequence[Rule], here: dict[int, list[int]]) -> dict[int, dict[str, Any]]:
    """What rules say of one pupil alone: needs, and who may be a newcomer's buddy."""
    changes: dict[int, dict[str, Any]] = {}
    for rule in rules:
        for key in here[rule.pk]:
            if rule.kind in _FLAGS:
                changes.setdefault(key, {})[_FLAGS[Kind(rule.kind)]] = True
        if rule.kind == Kind.BUDDY:
            _add_buddies(rule, here[rule.pk], changes)
    return changes


def _add_buddies(rule: Rule, here: list[int], changes: dict[int, dict[str, Any]]) -> None:
    newcomers = [one.student_id for one in rule.pupils.all() if one.is_newcomer and one.student_id in here]
    for newcomer in newcomers:
        own = changes.setdefault(newcomer, {})
        own["buddies"] = tuple(sorted({*own.get("buddies", ()), *here} - {newcomer}))


def _digest(
    problem: Problem,
    beds: dict[int, list[RoomBed]],
    stays: dict[int, tuple[int, int]],
    pinned: dict[int, int],
) -> str:
    """One digest of all a plan is made from: the same house on another day has the same."""
    said = [asdict(problem), [(key, [asdict(bed) for bed in beds[key]]) for key in beds], stays, pinned]
    return sha256(json.dumps(said, sort_keys=True, default=sorted).encode()).hexdigest()


def houses_of_sexes(school_ids: Iterable[int]) -> dict[int, dict[str, list[Building]]]:
    """The open houses of schools by sex, for choosing what to plan."""
    rows = Building.objects.filter(school_id__in=list(school_ids), closed_on=None).order_by(
        "school_id", "sex"
    )
    found: dict[int, dict[str, list[Building]]] = {}
    for (school, sex), same in groupby(rows, key=lambda row: (row.school_id, row.sex)):
        found.setdefault(school, {})[sex] = list(same)
    return found
