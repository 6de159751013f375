"""What counselling shows on pages of lower apps: the chronology, the child's header, Today."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.permissions import Perm
from counselling.selectors import chronology, follow_ups, talks
from schools import access as school_access
from students import access as student_access
from students import registry
from students.models import Student


def register() -> None:
    """Called once when the app is ready."""
    registry.add_source(chronology.TALK_SOURCE)
    registry.add_source(chronology.LINKED_SOURCE)
    registry.add_fact("last_talk", last_talk)
    registry.add_action("talk", registry.Action(10, talk_button))
    registry.add_panel(registry.Panel(10, "counselling/_panel_follow_ups.html", follow_ups_panel))
    registry.add_panel(registry.Panel(15, "counselling/_panel_left_behind.html", left_behind_panel))
    registry.add_panel(registry.Panel(20, "counselling/_panel_drafts.html", drafts_panel))
    registry.add_panel(registry.Panel(30, "counselling/_panel_quiet.html", quiet_panel))


def _may_log(user: User, student: Student, now: datetime) -> bool:
    return student_access.reason_for(user, student, Perm.TALK_LOG, on=timezone.localdate(now)) is not None


def _logs_talks(user: User, now: datetime) -> bool:
    return school_access.holds(user, Perm.TALK_LOG, on=timezone.localdate(now))


def last_talk(user: User, student: Student, now: datetime) -> str | None:
    """Days since the last talk, for those who talk with children."""
    if not _may_log(user, student, now):
        return None
    at = talks.last_talk_at(student, user=user)
    if at is None:
        return _("No talk yet")
    days = (timezone.localdate(now) - timezone.localdate(at)).days
    if days == 0:
        return _("Talked with today")
    return ngettext("Last talk %(n)d day ago", "Last talk %(n)d days ago", days) % {"n": days}


def talk_button(user: User, student: Student, now: datetime) -> dict[str, Any] | None:
    if not _may_log(user, student, now):
        return None
    url = reverse("counselling:talk_new", args=[student.public_id])
    return {"text": _("Talk"), "href": url, "kind": "primary", "icon": "plus"}


def follow_ups_panel(user: User, now: datetime) -> dict[str, Any] | None:
    if not _logs_talks(user, now):
        return None
    return {"follow_ups": list(follow_ups.due_soon(user, now=now)), "today": timezone.localdate(now)}


def left_behind_panel(user: User, now: datetime) -> dict[str, Any] | None:
    if not school_access.holds(user, Perm.FOLLOW_UP_HAND_OVER, on=timezone.localdate(now)):
        return None
    rows = list(follow_ups.left_behind(user, now=now))
    return {"follow_ups": rows} if rows else None


def drafts_panel(user: User, now: datetime) -> dict[str, Any] | None:
    if not _logs_talks(user, now):
        return None
    drafts = list(talks.drafts_of(user, on=timezone.localdate(now)))
    return {"drafts": drafts} if drafts else None


def quiet_panel(user: User, now: datetime) -> dict[str, Any] | None:
    if not _logs_talks(user, now):
        return None
    rows, _page = talks.quiet_page(user, now=now, size=6)
    return {"pupils": rows}
