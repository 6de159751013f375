"""Paper that leaves the program."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from core import audit
from dormitories.models import RollCall
from dormitories.selectors import rolls


@transaction.atomic
def roll_sheet(*, roll: RollCall, by: User, now: datetime) -> rolls.RollPage:
    """The roll for paper, and the event that it was printed."""
    audit.record("roll.printed", by=by, target=roll)
    return rolls.roll_page(by, roll, now=now)
