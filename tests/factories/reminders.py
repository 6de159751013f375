"""Reminders in any state, made directly: what services make is for the tests of services."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from accounts.models import User
from reminders.models import Channel, Outsider, Reminder, State
from schools.models import School

_numbers = count(1)
# Noon in Shanghai, far from the quiet hours.
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def make_reminder(school: School, recipient: User, **fields: Any) -> Reminder:
    """A planned e-mail, due at NOON unless told otherwise; a state brings the columns that go with it."""
    number = next(_numbers)
    due_at = fields.pop("due_at", NOON)
    values: dict[str, Any] = {
        "channel": Channel.EMAIL,
        "category": "follow_up",
        "about": f"counselling.followup:test-{number}",
        "url_path": f"/students/test-{number}/",
        "from_name": "Lin Fang",
        "dedupe_key": f"test|{number}",
        "next_try_at": due_at,
        **_companions(fields.get("state", State.PLANNED), due_at),
        **fields,
    }
    return Reminder.objects.create(school=school, recipient=recipient, due_at=due_at, **values)


def make_bell(school: School, recipient: User, **fields: Any) -> Reminder:
    return make_reminder(school, recipient, channel=Channel.BELL, **fields)


def _companions(state: str, at: datetime) -> dict[str, Any]:
    lease = at + timedelta(minutes=2)
    return {
        State.LEASED: {"lease_until": lease, "leased_by": "test", "attempt": 1},
        State.SENT: {"sent_at": at, "send_begun_at": at, "attempt": 1},
        State.FAILED: {"send_begun_at": at, "attempt": 6, "refusals": 6, "last_error": "smtp_550"},
        State.UNCERTAIN: {"send_begun_at": at, "attempt": 1, "last_error": "worker_lost"},
        State.CANCELLED: {"cancelled_at": at},
    }.get(State(state), {})


def make_outsider(school: School, **fields: Any) -> Outsider:
    """A parent with a mobile number."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "reference": f"students.person:test-{number}",
        "phone": f"138{number:08d}",
        **fields,
    }
    return Outsider.objects.create(school=school, **values)
