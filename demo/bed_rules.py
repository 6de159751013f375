"""What to mind when giving beds, one of each kind, and a plan to look at in the first school."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.models import User
from demo.households import SchoolFacts
from dormitories.models import Building, Rule, Stay
from dormitories.services import plans, rules
from schools.models import School
from students.models import GuardianLink

FEWEST = 24  # boarders of a house: in a smaller one nobody needs rules written down
FOR = timedelta(days=150)
MOVES = 60_000  # a moment's search: a demonstration needn't have the best plan
Kind = Rule.Kind


@dataclass
class _Maker:
    school: School
    lead: User
    admin: User
    on: date
    now: datetime

    def rule(self, kind: str, stays: list[Stay], *, reason: str = "", **more: object) -> None:
        by = self.lead if reason else self.admin
        rules.add_rule(
            school=self.school,
            kind=kind,
            pupils=[stay.student for stay in stays],
            owner=by,
            starts_on=self.on,
            ends_on=self.on + FOR,
            by=by,
            now=self.now,
            reason=reason,
            **more,  # type: ignore[arg-type]
        )


def make(facts: SchoolFacts, *, now: datetime) -> None:
    """Made by the services themselves; in the order of the beds, so that they can be kept."""
    houses = _sleepers(facts.id, now.date())
    if not houses:
        return
    people = User.objects.in_bulk([facts.lead_id, facts.admin_id])
    on = now.date() - timedelta(days=3)
    school = School.objects.get(pk=facts.id)
    maker = _Maker(school, people[facts.lead_id], people[facts.admin_id], on, now - timedelta(days=3))
    maker.rule(Kind.GRADE_SPAN, [], number=4)
    largest = max(houses.values(), key=len)
    _of_house(maker, largest)


def _sleepers(school_id: int, on: date) -> dict[int, list[Stay]]:
    """By house, in the order of the doors; houses with too few children are left out."""
    stays = Stay.objects.active(on).filter(school_id=school_id).select_related("student", "bed__room")
    found: dict[int, list[Stay]] = defaultdict(list)
    for stay in stays.order_by("bed__room__floor", "bed__room__number", "bed__label"):
        found[stay.bed.room.building_id].append(stay)
    return {house: here for house, here in found.items() if len(here) >= FEWEST}


def _of_house(maker: _Maker, here: list[Stay]) -> None:
    """Everybody is in one rule at most: so none speaks against another."""
    ground = [stay for stay in here if stay.bed.room.floor == 1]
    upper = [stay for stay in ground if stay.bed.level == "upper"]
    above = [stay for stay in here if stay.bed.room.floor > 1] or ground
    maker.rule(
        Kind.KEEP_APART, [ground[0], ground[-1]], reason="两个孩子上学期有过矛盾，家长都希望先分开住。"
    )
    maker.rule(Kind.GROUND_FLOOR, [ground[1]], reason="膝盖手术后半年内少爬楼梯。")
    maker.rule(Kind.LOWER_BUNK, [upper[1]])
    maker.rule(Kind.NEAR_WARDEN, [next(s for s in here[2:] if s.bed.room.near_warden)])
    maker.rule(Kind.PINNED, [above[-1]], bed=above[-1].bed)
    maker.rule(Kind.BUDDY, above[-4:-1])
    maker.rule(Kind.KEEP_TOGETHER, above[-6:-4])
    maker.rule(Kind.SPREAD, above[-14:-6:2], number=2, reason="这几个孩子最近情绪起伏大，请不要集中在一间。")
    siblings = _siblings(above[:-14])
    if siblings:
        maker.rule(Kind.SIBLINGS, siblings)


def _siblings(stays: list[Stay]) -> list[Stay]:
    """Two children of one mother, a grade or two apart, and above the ground floor's bands."""
    here = [stay.student_id for stay in stays]
    links = GuardianLink.objects.filter(student_id__in=here, relation="mother").order_by("student_id")
    families: dict[int, list[int]] = defaultdict(list)
    for pupil, mother in links.values_list("student_id", "person_id"):
        families[mother].append(pupil)
    by_pupil = {stay.student_id: stay for stay in stays}
    for pupils in families.values():
        found = [by_pupil[pk] for pk in pupils if pk in by_pupil]
        if len(found) > 1 and abs(found[0].student.born_on.year - found[1].student.born_on.year) <= 2:
            return found[:2]
    return []


def plan(facts: SchoolFacts, *, now: datetime) -> None:
    """A plan for the first school's smallest house of a size, asked for by the administrator an hour ago."""
    houses = _sleepers(facts.id, now.date())
    if not houses:
        return
    building = Building.objects.get(pk=min(houses, key=lambda house: len(houses[house])))
    made = plans.start_plan(
        school=building.school,
        sex=building.sex,
        houses=[building],
        ease="some",
        by=User.objects.get(pk=facts.admin_id),
        now=now - timedelta(hours=1),
    )
    plans.solve_plan(plan_id=made.pk, on=now.date(), now=now - timedelta(minutes=58), moves=MOVES)
