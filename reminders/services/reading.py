"""What the reader has seen."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from reminders.models import Channel, Reminder


def mark_read(reminder: Reminder, *, by: User, now: datetime) -> None:
    """Its reader opened the reminder, from the bell or from the mail: the bell of the same thing is read.

    Reading twice keeps the first moment. No audit event: it tells only that somebody saw their own list.
    """
    Reminder.objects.unread().filter(recipient=by, about=reminder.about, next_try_at__lte=now).update(
        read_at=now
    )


def mark_all_read(*, by: User, until: datetime, now: datetime) -> int:
    """Everything that the page showed, which was made at `until`; what rang later stays unread."""
    shown = Reminder.objects.unread().bells(min(until, now))
    return shown.filter(recipient=by, channel=Channel.BELL).update(read_at=now)
