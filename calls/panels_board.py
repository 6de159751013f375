"""What the evening shows on pages of lower apps: Today, the child's header and chronology."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Perm
from calls import access_board as access
from calls.selectors import board, contacts
from schools import access as school_access
from students import access as student_access
from students import registry
from students.models import Student

SHOWN = 6


def register() -> None:
    """Called once when the app is ready."""
    registry.add_source(board.CALL_SOURCE)
    registry.add_fact("parents", parents_fact)
    registry.add_action("contact", registry.Action(30, contact_button))
    registry.add_panel(registry.Panel(8, "calls/_panel_evening.html", evening_panel))
    registry.add_panel(registry.Panel(12, "calls/_panel_tasks.html", tasks_panel))
    registry.add_panel(registry.Panel(35, "calls/_panel_waiting.html", waiting_panel))


def parents_fact(user: User, student: Student, now: datetime) -> str | None:
    """Days since each parent was really talked with: "Mother 3 days · Father 21 days"."""
    on = timezone.localdate(now)
    if not student_access.reason_for(user, student, Perm.CALL_VIEW, on=on):
        return None
    return " · ".join(in_words(clock) for clock in contacts.clocks_of(student, on=on)) or None


def in_words(clock: contacts.Clock) -> str:
    """One parent's clock; the level is said in words, never by colour alone."""
    said = {"who": clock.link.get_relation_display(), "n": clock.days}
    if clock.days is None:
        return _("%(who)s: not talked with yet") % said
    if clock.level:
        return _("%(who)s: %(n)s days ago, %(level)s") % (said | {"level": _level(clock)})
    return _("%(who)s: %(n)s days ago") % said


def _level(clock: contacts.Clock) -> str:
    words = {"due": _("due"), "amber": _("too long"), "red": _("far too long")}
    return words[clock.level]


def contact_button(user: User, student: Student, now: datetime) -> dict[str, Any] | None:
    if not student_access.reason_for(user, student, Perm.CALL_BOARD, on=timezone.localdate(now)):
        return None
    url = reverse("calls:contact_new", args=[student.public_id])
    return {"text": _("Note a contact"), "href": url, "kind": "quiet", "icon": "phone"}


def evening_panel(user: User, now: datetime) -> dict[str, Any] | None:
    """The calls of the next two hours, for who runs them."""
    on = timezone.localdate(now)
    if not school_access.holds(user, Perm.CALL_BOARD, on=on):
        return None
    cards = board.soon(user, on=on, now=now)
    return {"cards": cards} if cards else None


def tasks_panel(user: User, now: datetime) -> dict[str, Any] | None:
    """Families whom nobody reached, for the class teacher."""
    on = timezone.localdate(now)
    if not school_access.holds(user, Perm.CALL_BOARD, on=on):
        return None
    page = board.tasks_page(access.tasks_of_own_class(user, on=on), cursor=None)
    return {"tasks": page.rows} if page.rows else None


def waiting_panel(user: User, now: datetime) -> dict[str, Any] | None:
    """Parents who are due, the longest wait first."""
    on = timezone.localdate(now)
    if not school_access.holds(user, Perm.CALL_VIEW, on=on):
        return None
    clocks, _page = contacts.waiting_page(user, on=on, size=SHOWN)
    return {"clocks": clocks} if clocks else None
