"""What each kind of rule needs, and what it says. The planner's weights stand in dormitories.allocation."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dormitories.models import Rule

MOST_PUPILS = 60


@dataclass(frozen=True)
class Needs:
    """How many pupils a rule names, whether it names a bed or a number, and its sentence."""

    fewest: int
    most: int
    sentence: Promise
    bed: bool = False
    number: Promise | None = None


KINDS: dict[str, Needs] = {
    Rule.Kind.KEEP_APART: Needs(2, 10, _("No two of these children share a room.")),
    Rule.Kind.KEEP_TOGETHER: Needs(2, 10, _("These children share a room.")),
    Rule.Kind.SIBLINGS: Needs(2, 10, _("These brothers or sisters share a room.")),
    Rule.Kind.GROUND_FLOOR: Needs(1, 20, _("These children sleep on the ground floor.")),
    Rule.Kind.NEAR_WARDEN: Needs(1, 20, _("These children sleep near the warden.")),
    Rule.Kind.LOWER_BUNK: Needs(1, 20, _("These children sleep in a lower bunk.")),
    Rule.Kind.PINNED: Needs(1, 1, _("This child stays in this bed."), bed=True),
    Rule.Kind.GRADE_SPAN: Needs(
        0, 0, _("At most so many grades share a room."), number=_("Grades in one room at most")
    ),
    Rule.Kind.BUDDY: Needs(2, 6, _("The newcomer shares a room with one of the others.")),
    Rule.Kind.SPREAD: Needs(
        2,
        MOST_PUPILS,
        _("At most so many of these children share a room."),
        number=_("Of these children in one room at most"),
    ),
}
LARGEST_NUMBER = 9
