"""Telling those who answer for a concern, inside the report's transaction; the message says nothing of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse

from accounts.models import User
from counselling.models import Concern, ConcernReader
from reminders import services as reminder_services

CATEGORY = "concern"
# The same words, but kept from the page that watches over delivery: those who watch may be whom it is about.
PRIVATE_CATEGORY = "concern_private"


def tell(concern: Concern, people: Iterable[User], *, by: User | None, now: datetime) -> None:
    """Ring now, and again after the hours of CONCERN_REMIND_HOURS unless somebody acknowledges it."""
    for person in people:
        for number, hours in enumerate((0, *settings.CONCERN_REMIND_HOURS)):
            _plan(concern, person, _about(concern, number), now + timedelta(hours=hours), by)


def tell_once(concern: Concern, people: Iterable[User], *, by: User, now: datetime) -> None:
    """Ring now: something was added."""
    for person in people:
        _plan(concern, person, _about(concern, 0), now, by)


def tell_share(share: ConcernReader, *, by: User, now: datetime) -> None:
    """Ring for a colleague with whom a concern is shared."""
    _plan(share.concern, share.user, _about_share(share), now, by)


def withdraw(concern: Concern, *, by: User, now: datetime) -> None:
    """Somebody has seen it: nobody need be reminded any more."""
    for number in range(1 + len(settings.CONCERN_REMIND_HOURS)):
        reminder_services.cancel(about=_about(concern, number), by=by, now=now)


def withdraw_share(share: ConcernReader, *, by: User, now: datetime) -> None:
    reminder_services.cancel(about=_about_share(share), by=by, now=now)


def _about(concern: Concern, number: int) -> str:
    """An opaque reference; row security hides it by the same id (migration 0006)."""
    again = f"-{number}" if number else ""
    return f"counselling.concern:{concern.public_id.hex}{again}"


def _about_share(share: ConcernReader) -> str:
    return f"counselling.concern:{share.concern.public_id.hex}s{share.pk % 10_000_000}"


def _plan(concern: Concern, person: User, about: str, due_at: datetime, by: User | None) -> None:
    """No name of whoever reported: a screen in a staff room is read by others (ui.md)."""
    reminder_services.plan(
        recipient=person,
        school_id=concern.school_id,
        category=PRIVATE_CATEGORY if concern.about_staff_id is not None else CATEGORY,
        about=about,
        url_path=reverse("counselling:concern", args=[concern.public_id]),
        due_at=due_at,
        by=by,
    )
