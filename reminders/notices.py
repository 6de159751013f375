"""Telling people what changed about their account: lower apps ask through accounts.registry."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from accounts.models import User
from core import tenancy
from reminders import services
from schools import access as school_access


def tell(user: User, *, category: str, about: str, url_path: str, by: User | None, now: datetime) -> None:
    """Ring and mail in the school where the person works.

    Who works in none (an official of an area) isn't told: a reminder belongs to a school. The audit has it.
    """
    with tenancy.program("account notice"):
        schools = {grant.school_id for grant in school_access.grants(user, on=timezone.localdate(now))}
        schools.discard(None)
        if not schools:
            return
        services.plan(
            recipient=user,
            school_id=min(one for one in schools if one is not None),
            category=category,
            about=about,
            url_path=url_path,
            due_at=now,
            by=by,
        )
