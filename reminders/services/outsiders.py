"""People without an account: how to reach them, and whether they want to be reached."""

from __future__ import annotations

from datetime import datetime, time

from django.db import transaction

from accounts.models import User
from core import audit
from reminders.models import Outsider, Reminder, State


@transaction.atomic
def keep(
    *, school_id: int, reference: str, phone: str, email: str = "", language: str = "zh-hans"
) -> Outsider:
    """The row of a person, with the address that is theirs today.

    What they chose themselves (no messages, quiet hours, another language) stays as it is. `reference` is
    "app.model:public id".
    """
    found, made = Outsider.objects.select_for_update().get_or_create(
        school_id=school_id,
        reference=reference,
        defaults={"phone": phone, "email": email, "language": language},
    )
    if not made and (found.phone, found.email) != (phone, email):
        found.phone, found.email = phone, email
        found.save(update_fields=["phone", "email"])
    return found


@transaction.atomic
def opt_out(outsider: Outsider, *, by: User | None, now: datetime) -> None:
    """No more messages to this person, those planned included. `by` is None when they said so by a link."""
    Outsider.objects.filter(pk=outsider.pk, opted_out_at=None).update(opted_out_at=now)
    Reminder.objects.filter(outsider=outsider, state=State.PLANNED).update(
        state=State.CANCELLED, cancelled_at=now, last_error="opted_out"
    )
    audit.record("outsider.opted_out", by=by, target=outsider)


@transaction.atomic
def opt_in(outsider: Outsider, *, by: User | None) -> None:
    """Messages again, from the next that is planned."""
    Outsider.objects.filter(pk=outsider.pk).update(opted_out_at=None)
    audit.record("outsider.opted_in", by=by, target=outsider)


@transaction.atomic
def set_quiet_hours(outsider: Outsider, *, hours: tuple[time, time] | None, by: User | None) -> None:
    """Wall times between which nothing is sent to them, on top of everybody's; None: none of their own."""
    start, end = hours or (None, None)
    Outsider.objects.filter(pk=outsider.pk).update(quiet_from=start, quiet_until=end)
    audit.record("outsider.quiet_hours", by=by, target=outsider)


def quiet_hours(outsider: Outsider | None) -> tuple[time, time] | None:
    """Their own, if they have any."""
    if outsider is None or outsider.quiet_from is None or outsider.quiet_until is None:
        return None
    return outsider.quiet_from, outsider.quiet_until
