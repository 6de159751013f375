"""What doesn't wait for the morning: a child who can't be found."""

from __future__ import annotations

from datetime import timedelta

from reminders import categories, services
from reminders.models import State
from reminders.services import outcomes
from tests.factories.reminders import NOON, make_reminder

AT_NIGHT = NOON + timedelta(hours=11)


def plan(recipient, school, category):
    return services.plan(
        recipient=recipient,
        school_id=school.pk,
        category=category,
        about=f"dormitories.rollcall:{category.replace('_', '')}",
        url_path="/dormitories/rolls/",
        due_at=AT_NIGHT,
        by=None,
    )


def test_an_urgent_reminder_rings_and_goes_out_at_night_and_another_waits(warden, school):
    urgent = plan(warden, school, "roll_gap")
    other = plan(warden, school, "follow_up")

    sent = services.sweep(clock_now=lambda: AT_NIGHT, worker="a:1")

    for row in [*urgent, *other]:
        row.refresh_from_db()
    assert sent == {"sent": 1, "rung": 1}
    assert {row.state for row in urgent} == {State.SENT}
    assert {(row.state, row.next_try_at > AT_NIGHT) for row in other} == {(State.PLANNED, True)}


def test_an_urgent_reminder_that_was_refused_is_tried_again_at_night(warden, school):
    row = make_reminder(school, warden, category="leave_late", state=State.LEASED, send_begun_at=AT_NIGHT)

    outcomes.record_refused(row, code="smtp_451", now=AT_NIGHT)

    row.refresh_from_db()
    assert row.next_try_at == AT_NIGHT + timedelta(minutes=1)


def test_every_urgent_category_has_words():
    assert set(categories.CATEGORIES) >= categories.URGENT
