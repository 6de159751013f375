"""The clock of written notices: parents tell the school in writing whom they asked to look after the child.

Minors Protection Law art. 23. The law names no number of days; two weeks after the arrangement begins the
class teacher asks for it (domain.md §8.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from accounts.models import User
from accounts.permissions import Perm
from accounts.roles import Reach
from schools import access as school_access
from students import access
from students.models import CareArrangement

CHASE_AFTER = timedelta(days=14)
SHOWN = 10


@dataclass(frozen=True)
class Missing:
    """Arrangements of one's own class without a written notice: the longest waiting, and how many in all."""

    rows: list[CareArrangement]
    count: int


def due_on(care: CareArrangement) -> date:
    """The day from which the notice is asked for."""
    return care.started_on + CHASE_AFTER


def is_missing(care: CareArrangement, *, on: date) -> bool:
    """Whether an arrangement in force should have its notice by a day."""
    over = care.ended_on is not None and care.ended_on < on
    return care.notice_received_on is None and not over and due_on(care) <= on


def missing(user: User, *, on: date) -> Missing | None:
    """For whoever leads a class: two queries at most; None for others and where nothing is missing."""
    grants = school_access.grants_with(user, Perm.HOME_EDIT, on=on)
    own = [grant for grant in grants if grant.reach is Reach.CLASS]
    if not own:
        return None
    waiting = CareArrangement.objects.active(on).filter(
        notice_received_on=None,
        carer__isnull=False,
        started_on__lte=on - CHASE_AFTER,
        student__in=access.reached_by(own, user, on=on),
    )
    rows = list(waiting.select_related("student").order_by("started_on", "pk")[: SHOWN + 1])
    if not rows:
        return None
    return Missing(rows[:SHOWN], len(rows) if len(rows) <= SHOWN else waiting.count())
