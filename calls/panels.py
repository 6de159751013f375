"""What the planning of calls shows on pages of lower apps: a button on the child's page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Perm
from students import access as student_access
from students import registry
from students.models import Student


def register() -> None:
    """Called once when the app is ready."""
    registry.add_action("call", registry.Action(25, call_button))


def call_button(user: User, student: Student, now: datetime) -> dict[str, Any] | None:
    if not student_access.reason_for(user, student, Perm.CALL_BOARD, on=timezone.localdate(now)):
        return None
    url = reverse("calls:call_new", args=[student.public_id])
    return {"text": _("Call"), "href": url, "kind": "secondary", "icon": "phone"}
