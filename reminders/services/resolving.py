"""What people decide about messages that the program can't judge."""

from __future__ import annotations

from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import audit
from reminders import clock
from reminders.models import Reminder, State


class Outcome(models.TextChoices):
    """What somebody found out, or wants."""

    ARRIVED = "arrived", _("It arrived")
    SEND_AGAIN = "send_again", _("Send again")
    TOLD = "told", _("Told in another way")


POSSIBLE = {
    State.UNCERTAIN: {Outcome.ARRIVED, Outcome.SEND_AGAIN},
    State.FAILED: {Outcome.TOLD, Outcome.SEND_AGAIN},
}


class NothingToResolveError(Exception):
    """Somebody else was quicker, or what it was about is done."""


@transaction.atomic
def resolve(reminder: Reminder, *, outcome: Outcome, by: User, now: datetime) -> None:
    """Settle an uncertain or failed message: the only way by which one is sent a second time.

    Sending again keeps the Message-ID, so a mailbox that has the first copy can recognise the second.
    Raises NothingToResolveError when the row no longer waits for a decision, or not for this one.
    """
    row = Reminder.objects.select_for_update().get(pk=reminder.pk)
    if row.cancelled_at is not None or outcome not in POSSIBLE.get(State(row.state), set()):
        raise NothingToResolveError
    was = row.state
    if outcome == Outcome.ARRIVED:
        row.state, row.sent_at = State.SENT, row.send_begun_at
    elif outcome == Outcome.TOLD:
        row.state, row.cancelled_at = State.CANCELLED, now
    else:
        row.state, row.send_begun_at, row.refusals = State.PLANNED, None, 0
        row.next_try_at = clock.after_quiet_hours(now)
    row.save()
    audit.record("reminder.resolved", by=by, target=row, was=was, outcome=outcome.value)
