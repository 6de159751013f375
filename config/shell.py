"""What every page's frame needs: navigation by rights, and the count on the bell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.permissions import Perm
from accounts.roles import ROLES
from reminders import selectors as reminder_selectors
from schools import access as school_access


@dataclass(frozen=True)
class Item:
    """A place in the menu. `perm` None means: for everybody who is signed in; `also` opens it too."""

    name: str
    label: Promise
    icon: str
    perm: Perm | None = None
    also: Perm | None = None
    on_phone: bool = False


ITEMS = (
    Item("students:today", _("Today"), "today", on_phone=True),
    Item("students:list", _("Children"), "children", Perm.STUDENT_FIND, on_phone=True),
    Item("counselling:follow_ups", _("Follow-ups"), "flag", Perm.TALK_LOG),
    Item("counselling:concerns", _("Concerns"), "warning", Perm.CONCERN_REPORT),
    Item("counselling:quiet", _("Longest without a talk"), "clock", Perm.TALK_LOG),
    Item("dormitories:rolls", _("Roll call"), "list", Perm.ROLL_TAKE),
    Item(
        "dormitories:leaves", pgettext_lazy("boarders", "Leave"), "door", Perm.LEAVE_ASK, Perm.LEAVE_APPROVE
    ),
    Item("dormitories:houses", _("Houses"), "bed", Perm.DORM_VIEW),
    Item("dormitories:bed_plans", _("Bed plans"), "bed", Perm.BED_ALLOCATE),
    Item("calls:board", _("Calls this evening"), "phone", Perm.CALL_BOARD),
    Item("calls:week", _("Calls home"), "phone", Perm.CALL_VIEW),
    Item("reminders:bell", _("Reminders"), "bell", on_phone=True),
    Item("students:roster_imports", _("Roster import"), "upload", Perm.ROSTER_IMPORT),
    Item("dashboards:district", _("District"), "chart", Perm.DISTRICT_VIEW, on_phone=True),
    Item("schools:overview", _("School"), "school", Perm.SCHOOL_VIEW),
    Item("schools:members", _("People"), "person", Perm.MEMBER_INVITE),
    Item("counselling:topics", _("Topics"), "talk", Perm.TOPIC_MANAGE),
    Item("reminders:oversight", _("Not delivered"), "warning", Perm.REMINDER_OVERSEE),
    Item("schools:audit", _("Who did what"), "eye", Perm.AUDIT_READ),
    Item("accounts:me", _("Me"), "me", on_phone=True),
)


def _is_for(item: Item, user: User, today: date) -> bool:
    rights = [perm for perm in (item.perm, item.also) if perm is not None]
    return not rights or any(school_access.holds(user, perm, on=today) for perm in rights)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context for base.html; nothing for people who aren't signed in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav_items": []}
    now = timezone.now()
    today = timezone.localdate(now)
    unread = reminder_selectors.unread_count(user, now=now)
    items = [
        {
            "url": reverse(item.name),
            "label": item.label,
            "icon": item.icon,
            "current": request.path == reverse(item.name),
            "count": unread if item.name == "reminders:bell" else 0,
            "on_phone": item.on_phone,
        }
        for item in ITEMS
        if _is_for(item, user, today)
    ]
    may_log = school_access.holds(user, Perm.TALK_LOG, on=today)
    return {
        "nav_items": items,
        "bar_items": [item for item in items if item["on_phone"]],
        "quick_log_url": reverse("counselling:pick") if may_log else "",
        "can_find": school_access.holds(user, Perm.STUDENT_FIND, on=today),
        "unread_count": unread,
        "idle_seconds": settings.SESSION_IDLE_SECONDS,
        "user_role": " · ".join(
            dict.fromkeys(str(ROLES[grant.role].label) for grant in school_access.grants(user, on=today))
        ),
    }
