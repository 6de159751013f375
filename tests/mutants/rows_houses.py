"""Houses, stays and rules of a school, for the tables of rows.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import User
from dormitories.models import RollMark, RollTimes
from tests import factories

if TYPE_CHECKING:
    from tests.mutants.rows import Side, World


def furnish(world: World, side: Side, tag: str, owner: User, admin: User) -> None:
    """A house with a bed, a pupil in it, a rule that somebody answers for with its reason, a sheet of rooms."""
    # No house has the number of a pupil: a trigger that took one for the other would go unnoticed.
    house = factories.make_building(side.school, id=side.student.pk + 1000)
    bed = factories.make_bed(factories.make_room(house))
    factories.make_stay(side.student, bed)
    rule = factories.make_rule(
        side.school, "pinned", owner=owner, pupils=[side.student], bed=bed, reason="She asked for it."
    )
    world.labels["rule", rule.pk] = tag
    if tag == "B":  # answered for by somebody who no longer works there
        left = factories.make_rule(
            side.school, "ground_floor", owner=world.users["moved"], pupils=[side.student]
        )
        world.labels["rule", left.pk] = "B of moved"
    factories.make_plan(bed.room.building, admin)
    RollTimes.objects.create(school=side.school)
    factories.make_house_file(side.school, by=admin)
    collector = side.student.guardian_links.first()
    leave = factories.make_leave(side.student, owner, collector=collector)
    roll = factories.make_roll(bed.room.building, owner)
    RollMark.objects.filter(roll=roll).update(status=RollMark.Status.LEAVE, leave=leave)
