"""Houses, stays and rules."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.models import User
from dormitories.models import (
    AllocationPlan,
    Bed,
    Building,
    HouseFile,
    PlannedPlace,
    PlanProgress,
    Room,
    Rule,
    RulePupil,
    RuleReason,
    Stay,
)
from schools.models import School
from students.models import Student

_numbers = count(1)
_rooms = count(101)


def make_building(school: School, *, name: str = "", sex: str = "female", **fields: Any) -> Building:
    """A house for girls unless told otherwise."""
    return Building.objects.create(school=school, name=name or f"House {next(_numbers)}", sex=sex, **fields)


def make_room(building: Building, number: str = "", *, beds: int = 0, floor: int = 1, **fields: Any) -> Room:
    """A room on the ground floor, with `beds` beds called 1, 2 …: odd ones below, even ones above."""
    room = Room.objects.create(
        school=building.school,
        building=building,
        sex=building.sex,
        floor=floor,
        number=number or str(next(_rooms)),
        **fields,
    )
    for label in range(1, beds + 1):
        make_bed(room, str(label))
    return room


def make_bed(room: Room, label: str = "1", *, level: str = "", **fields: Any) -> Bed:
    below = not label.isdigit() or int(label) % 2 == 1
    level = level or (Bed.Level.LOWER if below else Bed.Level.UPPER)
    return Bed.objects.create(school=room.school, room=room, sex=room.sex, label=label, level=level, **fields)


def make_stay(student: Student, bed: Bed | None = None, **fields: Any) -> Stay:
    """A stay since 1 September 2026, in a bed of a house of its own unless one is named."""
    bed = bed or make_bed(make_room(make_building(student.school, sex=student.sex)))
    fields.setdefault("started_on", date(2026, 9, 1))
    fields.setdefault("given_at", timezone.now())
    fields.setdefault("sex", student.sex)
    return Stay.objects.create(school=student.school, student=student, bed=bed, **fields)


def make_rule(
    school: School,
    kind: str = "keep_apart",
    *,
    owner: User,
    pupils: list[Student] | None = None,
    **fields: Any,
) -> Rule:
    """A rule from 1 September 2026 to the end of the school year; of a BUDDY rule the first is the newcomer."""
    reason = fields.pop("reason", "")
    fields.setdefault("starts_on", date(2026, 9, 1))
    fields.setdefault("ends_on", date(2027, 8, 31))
    fields.setdefault("made_at", timezone.now())
    fields.setdefault("made_by", owner)
    rule = Rule.objects.create(school=school, kind=kind, owner=owner, **fields)
    for place, student in enumerate(pupils or []):
        is_newcomer = kind == Rule.Kind.BUDDY and place == 0
        RulePupil.objects.create(school=school, rule=rule, student=student, is_newcomer=is_newcomer)
    if reason:
        RuleReason.objects.create(
            school=school, rule=rule, text=reason, written_by=owner, written_at=timezone.now()
        )
    return rule


def make_house_file(school: School, *, by: User, **fields: Any) -> HouseFile:
    """A sheet of one room, read and not confirmed."""
    row = {
        "number": 2,
        "building": "2号楼",
        "sex": "female",
        "floor": 1,
        "room": "101",
        "beds": 8,
        "grade_from": None,
        "grade_to": None,
        "near_warden": False,
        "accessible": False,
        "area": "",
        "issues": [],
    }
    fields.setdefault("rows", [row])
    fields.setdefault("uploaded_at", timezone.now())
    return HouseFile.objects.create(school=school, file_name="rooms.xlsx", uploaded_by=by, **fields)


def make_plan(building: Building, by: User, **fields: Any) -> AllocationPlan:
    """A plan that waits for approval and leaves everybody in the house where they are."""
    fields.setdefault("state", AllocationPlan.State.READY)
    fields.setdefault("made_at", timezone.now())
    fields.setdefault("solved_at", timezone.now())
    score = {"total": 0, "parts": {}, "rooms": {}, "broken": 0}
    plan = AllocationPlan.objects.create(
        school=building.school,
        sex=building.sex,
        houses=[building.pk],
        before=score,
        after=score,
        made_by=by,
        **fields,
    )
    PlanProgress.objects.create(school=building.school, plan=plan)
    for stay in Stay.objects.filter(bed__room__building=building, ended_on=None):
        PlannedPlace.objects.create(
            school=building.school, plan=plan, student=stay.student, bed=stay.bed, from_bed=stay.bed
        )
    return plan
