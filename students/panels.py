"""What students shows on Today: what waits for a second person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Perm
from schools import access as school_access
from schools import selectors as school_selectors
from students import access, registry
from students.models import Student
from students.selectors import emergencies, notices


def register() -> None:
    """Called once when the app is ready."""
    registry.add_source(emergencies.SOURCE)
    registry.add_action("who_looked", registry.Action(90, who_looked_button))
    registry.add_panel(registry.Panel(1, "students/_panel_emergencies.html", emergencies_panel))
    registry.add_panel(registry.Panel(2, "students/_panel_invitations.html", invitations_panel))
    registry.add_panel(registry.Panel(25, "students/_panel_notices.html", notices_panel))


def who_looked_button(user: User, student: Student, now: datetime) -> dict[str, Any] | None:
    """For those who answer for the school's trail."""
    if not access.reason_for(user, student, Perm.AUDIT_READ, on=timezone.localdate(now)):
        return None
    url = reverse("students:who_looked", args=[student.public_id])
    return {"text": _("Who looked?"), "href": url, "kind": "quiet", "icon": "eye"}


def emergencies_panel(user: User, now: datetime) -> dict[str, Any] | None:
    """Uses of break-glass that this person judges."""
    waiting = emergencies.to_judge(user, now=now)
    return {"uses": waiting} if waiting else None


def invitations_panel(user: User, now: datetime) -> dict[str, Any] | None:
    """Invitations of colleagues that need another person's word."""
    on = timezone.localdate(now)
    if not school_access.holds(user, Perm.MEMBER_CONFIRM, on=on):
        return None
    schools = school_access.visible_schools(user, Perm.MEMBER_CONFIRM, on=on)
    waiting = school_selectors.invitations_to_confirm(schools, user, now=now)
    return {"invitations": waiting} if waiting else None


def notices_panel(user: User, now: datetime) -> dict[str, Any] | None:
    """Written notices of care that a class teacher should ask for."""
    found = notices.missing(user, on=timezone.localdate(now))
    return {"notices": found} if found else None
