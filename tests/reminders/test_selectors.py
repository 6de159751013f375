"""What the bell counts and shows, and the overseers' page."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reminders import access, selectors, services
from reminders.models import Reminder, State
from tests.factories.reminders import NOON, make_bell, make_reminder

HOUR = timedelta(hours=1)
ON = NOON.date()


def bell(user, cursor=None):
    return selectors.bell_page(user, now=NOON, cursor=cursor)


def test_the_bell_shows_what_is_due_unread_first_then_newest(school, counsellor, lead):
    old = make_bell(school, counsellor, due_at=NOON - 3 * HOUR)
    read = make_bell(school, counsellor, due_at=NOON, state=State.SENT, read_at=NOON)
    settled = make_bell(school, counsellor, due_at=NOON - HOUR, state=State.SENT, cancelled_at=NOON)
    new = make_bell(school, counsellor, due_at=NOON - 2 * HOUR, state=State.SENT)
    make_bell(school, counsellor, due_at=NOON + HOUR)
    make_bell(school, counsellor, state=State.CANCELLED)
    make_bell(school, lead)
    make_reminder(school, counsellor)
    assert [row.pk for row in bell(counsellor)] == [new.pk, old.pk, read.pk, settled.pk]
    assert selectors.unread_count(counsellor, NOON) == 2


def test_the_bell_turns_pages_by_key(school, counsellor):
    rows = [make_bell(school, counsellor, due_at=NOON - number * HOUR) for number in range(35)]
    first = bell(counsellor)
    second = bell(counsellor, first.next_cursor)
    assert [row.pk for row in [*first, *second]] == [row.pk for row in rows]
    assert second.next_cursor is None


@pytest.mark.parametrize("rows", [1, 3])
def test_the_bell_costs_one_query(school, counsellor, rows, django_assert_num_queries):
    for _ in range(rows):
        make_bell(school, counsellor)
    with django_assert_num_queries(1):
        assert [row.category_label for row in bell(counsellor)] == ["A follow-up is due"] * rows
    with django_assert_num_queries(1):
        selectors.unread_count(counsellor, NOON)


def test_opening_a_mail_marks_the_bell_of_the_same_thing_read(school, counsellor):
    ring = make_bell(school, counsellor, about="counselling.followup:1")
    letter = make_reminder(school, counsellor, about="counselling.followup:1", state=State.SENT)
    other = make_bell(school, counsellor)
    services.mark_read(letter, by=counsellor, now=NOON)
    services.mark_read(letter, by=counsellor, now=NOON + HOUR)
    ring.refresh_from_db()
    other.refresh_from_db()
    assert (ring.read_at, other.read_at) == (NOON, None)


def test_marking_all_read_spares_what_rang_after_the_page_was_made(school, counsellor, lead):
    shown = make_bell(school, counsellor, due_at=NOON - HOUR)
    later = make_bell(school, counsellor, due_at=NOON)
    others = make_bell(school, lead, due_at=NOON - HOUR)
    assert services.mark_all_read(by=counsellor, until=NOON - HOUR, now=NOON) == 1
    assert list(Reminder.objects.filter(read_at=None).order_by("pk")) == [later, others]
    assert shown.pk not in {later.pk, others.pk}


def trouble(user, kind):
    found = selectors.oversight(access.overseen(user, on=ON), kind, now=NOON, cursor=None)
    return found, [row.pk for row in found.page]


def test_overseers_see_what_failed_is_uncertain_or_overdue(school, counsellor, lead):
    failed = make_reminder(school, counsellor, state=State.FAILED)
    doubt = make_reminder(school, counsellor, state=State.UNCERTAIN, due_at=NOON - 2 * HOUR)
    newer = make_reminder(school, counsellor, state=State.UNCERTAIN, due_at=NOON - HOUR)
    late = make_reminder(school, counsellor, due_at=NOON - HOUR)
    stuck = make_reminder(school, counsellor, due_at=NOON - HOUR, state=State.LEASED)
    make_reminder(school, counsellor, due_at=NOON - timedelta(minutes=4))
    make_reminder(school, counsellor, state=State.SENT)
    make_reminder(school, counsellor, state=State.UNCERTAIN, cancelled_at=NOON)
    make_bell(school, counsellor, due_at=NOON - HOUR)
    assert trouble(lead, "failed")[1] == [failed.pk]
    assert trouble(lead, "overdue")[1] == [late.pk, stuck.pk]
    found, rows = trouble(lead, "uncertain")
    assert rows == [doubt.pk, newer.pk]
    assert [(one.kind, one.count) for one in found.troubles] == [
        ("uncertain", 2),
        ("failed", 1),
        ("overdue", 2),
    ]
    assert found.oldest("uncertain") == NOON - 2 * HOUR
    assert trouble(lead, "failed")[0].oldest("failed") == NOON


@pytest.mark.parametrize("rows", [1, 3])
def test_oversight_costs_two_queries(school, counsellor, lead, rows, django_assert_num_queries):
    for _ in range(rows):
        make_reminder(school, counsellor, state=State.FAILED)
    overseen = access.overseen(lead, on=ON)
    with django_assert_num_queries(2):
        found = selectors.oversight(overseen, "failed", now=NOON, cursor=None)
        assert [(row.recipient.name, row.school.name) for row in found.page] == [
            ("Counsellor", "Qingshi Central School")
        ] * rows
