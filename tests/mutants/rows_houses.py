"""Houses, stays and rules of a school, for the tables of rows.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import User
from tests import factories

if TYPE_CHECKING:
    from tests.mutants.rows import Side, World


def furnish(world: World, side: Side, tag: str, owner: User, admin: User) -> None:
    """A house with a bed, a pupil in it, a rule that somebody answers for with its reason, a sheet of rooms."""
    bed = factories.make_bed(factories.make_room(factories.make_building(side.school)))
    factories.make_stay(side.student, bed)
    rule = factories.make_rule(
        side.school, "pinned", owner=owner, pupils=[side.student], bed=bed, reason="She asked for it."
    )
    world.labels["rule", rule.pk] = tag
    factories.make_plan(bed.room.building, admin)
    factories.make_house_file(side.school, by=admin)
