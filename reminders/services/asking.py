"""Asking a gateway what became of messages whose sender was lost, before anybody else is asked.

E-mail has no such question: what a dead worker left there waits for a person. A text message has a
reference, so the gateway says whether it took it; sending again then is right, or needless. Where it can't
say, the row stays uncertain and staff see it (security.md, "Reminders and bookings").
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from core import audit
from reminders import channels
from reminders.models import Channel, Reminder, State
from reminders.services import outcomes

BATCH = 20
ASK_FOR = timedelta(hours=24)


def ask_about_lost(*, now: datetime) -> Counter[str]:
    """One round: a few doubtful messages, in any order, until the gateway can't be reached."""
    done: Counter[str] = Counter()
    doubtful = Reminder.objects.filter(
        state=State.UNCERTAIN,
        channel=Channel.SMS,
        cancelled_at=None,
        send_begun_at__gt=now - ASK_FOR,
    )
    for reminder in doubtful.order_by("?")[:BATCH]:
        taken = channels.SENDERS[reminder.channel].ask(reminder)
        if taken is None:
            break
        if taken:
            done["found_sent"] += outcomes.record_sent(reminder, now=now)
        else:
            done["found_unsent"] += _plan_again(reminder, now)
    return done


def _plan_again(reminder: Reminder, now: datetime) -> bool:
    """The gateway never saw it. The next try has the same reference, so even a slow first one is harmless."""
    again = outcomes.record_refused(reminder, code="worker_lost", now=now)
    if again:
        audit.record("reminder.asked", by=None, target=reminder, code="not_taken")
    return again
