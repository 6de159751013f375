"""The objects of the dormitories pages that URLs in the access matrix point at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests import factories


def make(
    *,
    school: Any,
    school_class: Any,
    student: Any,
    author: Any,
    admin: Any,
    say: Callable[[str, str], str],
) -> dict[str, Any]:
    """Argument name → value for the URL. The pupil sleeps in the first bed; the second is free."""
    building = factories.make_building(school, name="一号楼", sex=student.sex)
    room = factories.make_room(building, beds=2)
    taken, free = room.beds.order_by("pk")
    factories.make_stay(student, taken)
    roll = factories.make_roll(building, author)
    reason = say("why", "She walks with crutches.")
    rule = factories.make_rule(school, "ground_floor", owner=author, pupils=[student], reason=reason)
    plan = factories.make_plan(building, admin)
    return {
        "bed_plan": plan.public_id,
        "planned_student": student.public_id,
        "building": building.public_id,
        "room": room.public_id,
        "bed": free.public_id,
        "bed_rule": rule.public_id,
        "roll": roll.public_id,
        "roll_number": 1,
        "house_file": factories.make_house_file(school, by=admin).public_id,
    }
