"""Somebody isn't back from leave: who is told, once, and when it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from dormitories.services import leave_alerts, leaves
from reminders.models import Reminder
from tests import factories

HOUR = timedelta(hours=1)


@pytest.fixture
def late(student, school_admin, homeroom_teacher, warden):
    """Out for an hour and due back in one."""
    now = timezone.now()
    people = [school_admin, homeroom_teacher, warden]
    approved = factories.make_approved_leave(student, people, leaves_at=now - HOUR, due_back_at=now + HOUR)
    return leaves.go_out(leave=approved, by=warden, now=approved.leaves_at)


def told():
    rows = Reminder.objects.filter(channel="bell", cancelled_at=None).select_related("recipient")
    return sorted((row.recipient.username, row.category) for row in rows)


def test_half_an_hour_late_tells_the_house_and_the_class_once(late, head_teacher):
    at = late.due_back_at + timedelta(minutes=31)

    for moment in (at, at + timedelta(minutes=1), at + timedelta(minutes=60)):
        leave_alerts.tell_of_late(now=moment)

    assert told() == [("homeroom_teacher", "leave_late"), ("warden", "leave_late")]


def test_two_hours_late_tells_the_head_too(late, head_teacher):
    leave_alerts.tell_of_late(now=late.due_back_at + timedelta(minutes=121))

    assert told() == [
        ("head_teacher", "leave_late"),
        ("homeroom_teacher", "leave_late"),
        ("warden", "leave_late"),
    ]


def test_nobody_is_told_before_and_coming_back_ends_it(late, warden, head_teacher):
    leave_alerts.tell_of_late(now=late.due_back_at + timedelta(minutes=29))
    assert told() == []
    leave_alerts.tell_of_late(now=late.due_back_at + timedelta(minutes=31))

    leaves.come_back(leave=late, by=warden, now=late.due_back_at + timedelta(minutes=40))
    leave_alerts.tell_of_late(now=late.due_back_at + timedelta(minutes=50))

    assert told() == []


def test_the_alert_names_nobody(late, student):
    leave_alerts.tell_of_late(now=late.due_back_at + timedelta(minutes=31))

    row = Reminder.objects.filter(channel="bell").first()
    assert student.name not in f"{row.about}{row.url_path}{row.category_label}"
    assert str(student.public_id) not in row.url_path
