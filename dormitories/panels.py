"""What the houses show on pages of lower apps: the child's header, the chronology, the finder."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Perm
from dormitories.selectors import stays as stay_selectors
from dormitories.services import stays
from students import access as student_access
from students import registry, signals, sleeping
from students.models import Student


def register() -> None:
    """Called once when the app is ready."""
    registry.add_source(stay_selectors.BED_SOURCE)
    registry.add_fact("bed", stay_selectors.bed_fact)
    registry.add_action("bed", registry.Action(60, bed_button))
    sleeping.register(codes=stay_selectors.bed_codes, bound=stay_selectors.bound_by_sex)
    signals.student_left.connect(_left, dispatch_uid="dormitories.left")


def bed_button(user: User, student: Student, now: datetime) -> dict[str, Any] | None:
    """Give or change the bed, for those who give beds, of a boarder."""
    on = timezone.localdate(now)
    if student.boarding != Student.Boarding.BOARDER:
        return None
    if not student_access.reason_for(user, student, Perm.BED_ALLOCATE, on=on):
        return None
    url = reverse("dormitories:pupil_bed", args=[student.public_id])
    return {"text": _("Bed"), "href": url, "kind": "quiet", "icon": "bed"}


def _left(*, student: Student, on: date, by: User | None, **_future: Any) -> None:
    """Whoever leaves the school leaves their bed."""
    stays.end_on_leaving(student=student, last_day=on, by=by)
