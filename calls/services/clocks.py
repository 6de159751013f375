"""The days after which a parent is due, amber, red at a school."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from calls.models import ContactClock
from core import audit
from schools.models import School


@transaction.atomic
def set_clock(*, school: School, due_days: int, amber_days: int, red_days: int, by: User) -> ContactClock:
    """Each longer than the one before; the database refuses anything else."""
    values = {"due_days": due_days, "amber_days": amber_days, "red_days": red_days}
    found, _made = ContactClock.objects.update_or_create(school=school, defaults=values)
    audit.record("contact_clock.set", by=by, target=found, days=list(values.values()))
    return found
