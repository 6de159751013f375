"""What rolls and leaves show on pages of lower apps (chronology, child, Today), and tell planners."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from accounts.permissions import Perm
from dormitories import access_leave
from dormitories.models import Leave
from dormitories.selectors import held, leaves, roll_chronology, rolls
from students import registry, whereabouts
from students.models import Student


def register() -> None:
    """Called once when the app is ready."""
    registry.add_source(roll_chronology.LEAVE_SOURCE)
    registry.add_source(roll_chronology.ROLL_SOURCE)
    registry.add_action("leave", registry.Action(40, leave_button))
    registry.add_fact("leave", away)
    registry.add_panel(registry.Panel(3, "dormitories/_panel_rolls.html", rolls_panel))
    registry.add_panel(registry.Panel(4, "dormitories/_panel_leaves.html", leaves_panel))
    whereabouts.add_provider("dormitories.leave", held.by_leave)
    whereabouts.add_provider("dormitories.roll", held.by_roll)


def leave_button(user: User, student: Student, now: datetime) -> dict[str, Any] | None:
    if student.boarding != Student.Boarding.BOARDER:
        return None
    if not access_leave.may(user, student, Perm.LEAVE_ASK, on=timezone.localdate(now)):
        return None
    url = reverse("dormitories:leave_new", args=[student.public_id])
    return {"text": pgettext("boarders", "Leave"), "href": url, "kind": "secondary", "icon": "door"}


def away(user: User, student: Student, now: datetime) -> str | None:
    """That the pupil is out on leave, and until when; for those who may know where pupils sleep."""
    if student.boarding != Student.Boarding.BOARDER or not roll_chronology.sees(user, student, now):
        return None
    leave = leaves.of_student(student, now=now)
    if leave is None or leave.state(now) not in (Leave.State.OUT, Leave.State.LATE):
        return None
    until = date_format(timezone.localtime(leave.due_back_at), "SHORT_DATETIME_FORMAT")
    text = (
        _("Not back from leave, due %(until)s") if leave.due_back_at < now else _("On leave until %(until)s")
    )
    return text % {"until": until}


def rolls_panel(user: User, now: datetime) -> dict[str, Any] | None:
    """Tonight's roll, for those who take it."""
    if not rolls.takes(user, on=timezone.localdate(now)):
        return None
    tonight = rolls.tonight(user, now=now)
    is_called = any(house.sleepers or house.rolls for house in tonight.houses)
    return {"tonight": tonight} if is_called or tonight.left_open else None


def leaves_panel(user: User, now: datetime) -> dict[str, Any] | None:
    """Who isn't back in time, and which leaves wait for this person's answer."""
    found = {"late": leaves.late(user, now=now), "to_answer": leaves.to_answer(user, now=now)}
    return found if any(found.values()) else None
