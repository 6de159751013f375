"""What concerns show on pages of lower apps: the child's chronology and button, Today's alert."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import pgettext

from accounts.models import User
from counselling import access_concerns as access
from counselling.selectors import concerns
from students import registry
from students.models import Student


def register() -> None:
    """Called once when the app is ready."""
    registry.add_source(concerns.CONCERN_SOURCE)
    registry.add_action("concern", registry.Action(20, report_button))
    registry.add_panel(registry.Panel(5, "counselling/_panel_concerns.html", unseen_panel))


def report_button(user: User, student: Student, now: datetime) -> dict[str, Any] | None:
    if not access.reports_about(user, student, on=timezone.localdate(now)):
        return None
    url = f"{reverse('counselling:concern_new')}?student={student.public_id}"
    return {"text": pgettext("button", "Report a concern"), "href": url, "kind": "secondary", "icon": "flag"}


def unseen_panel(user: User, now: datetime) -> dict[str, Any] | None:
    """Gone as soon as somebody has acknowledged; for whoever has nothing to look at, no panel at all."""
    waiting = list(concerns.unseen(user, on=timezone.localdate(now)))
    return {"concerns": waiting} if waiting else None
