"""A roll that nobody opens reminds somebody; and each school says when it calls its rolls."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from dormitories import roll_times, tasks
from dormitories.models import RollTimes
from dormitories.selectors import held
from dormitories.services import roll_missing, roll_settings, rolls
from reminders.models import Reminder
from tests import factories

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
# A Sunday; the evening's roll is over at 21:50 (settings.ROLL_TIMES), and there are lessons tomorrow.
END = datetime(2026, 11, 22, 21, 50, tzinfo=timezone.get_default_timezone())
NONE = dict.fromkeys(["evening_from", "evening_until", "morning_from", "morning_until"])


@pytest.fixture
def house(school, student):
    """A girl on the ground floor; nobody above."""
    building = factories.make_building(school, name="Lotus")
    factories.make_stay(student, factories.make_bed(factories.make_room(building, "101")))
    factories.make_room(building, "201", floor=2, beds=2)
    return building


@pytest.fixture
def on_duty(school, school_admin):
    person = factories.make_user("on_duty")
    factories.make_membership(person, "paired_teacher", school=school)
    factories.make_duty(school, person, by=school_admin, starts_at=END - timedelta(hours=1))
    return person


def told():
    rows = Reminder.objects.filter(channel="bell", cancelled_at=None).select_related("recipient")
    return sorted((row.recipient.username, int((row.due_at - END) / MINUTE)) for row in rows)


def after(minutes, days=0):
    return roll_missing.tell_of_unopened(now=END + minutes * MINUTE + timedelta(days=days))


# --- nobody opened it -----------------------------------------------------------------------------


def test_a_roll_nobody_opened_tells_the_duty_and_then_the_head_once_each(house, on_duty, head_teacher):
    assert (after(9), told()) == (0, [])
    after(10)
    after(11)
    assert told() == [("on_duty", 10)]
    after(30)
    after(31)
    assert told() == [("head_teacher", 30), ("on_duty", 10)]


def test_what_is_said_names_nobody_and_leads_to_the_rolls(house, on_duty, student):
    after(10)

    row = Reminder.objects.get(recipient=on_duty, channel="bell")
    assert row.url_path == reverse("dormitories:rolls")
    assert row.next_try_at == row.due_at  # no quiet hours
    assert student.name not in f"{row.about}{row.category_label}"


def test_opening_it_ends_the_alert_and_opened_in_time_there_is_none(house, on_duty, warden):
    after(10)
    rolls.open_roll(building=house, by=warden, now=END + 12 * MINUTE)

    assert told() == []
    assert after(31) == 0
    assert told() == []


def test_a_floor_that_was_left_out_is_still_missing(house, on_duty, warden, school_class):
    above = factories.make_student(school_class, "赵一", boarding="boarder")
    factories.make_stay(above, house.rooms.get(number="201").beds.first())
    after(10)
    rolls.open_roll(building=house, floor=1, by=warden, now=END + 12 * MINUTE)
    assert told() == [("on_duty", 10)]

    rolls.open_roll(building=house, floor=2, by=warden, now=END + 13 * MINUTE)

    assert told() == []


def test_a_house_whose_pupils_are_all_on_leave_or_that_nobody_sleeps_in_is_no_matter(
    house, school, student, school_admin, homeroom_teacher, warden
):
    factories.make_room(factories.make_building(school, name="Empty"), "101", beds=2)
    people = [school_admin, homeroom_teacher, warden]
    times = {"leaves_at": END - timedelta(hours=5), "due_back_at": END + timedelta(hours=40)}
    leave = factories.make_approved_leave(student, people, **times)
    assert after(10) == 1  # the gate hasn't seen her go

    type(leave).objects.filter(pk=leave.pk).update(out_by=warden, out_at=END - timedelta(hours=4))

    assert after(10) == 0


def test_before_a_day_without_lessons_nobody_waits_for_a_roll(house, school):
    assert after(10, days=5) == 0  # Friday evening
    assert after(10) == 1
    factories.make_school_day(school, date(2026, 11, 23), kind="holiday")

    assert after(10) == 0


def test_it_is_said_for_an_hour_after_the_head_is_told_and_not_in_the_morning(house):
    assert after(89) == 1
    assert after(90) == 0
    assert after(12 * 60) == 0


def test_a_closed_school_and_a_closed_house_wait_for_nobody(house, school):
    house.closed_on = END.date()
    house.save(update_fields=["closed_on"])

    assert after(10) == 0


def test_the_task_of_every_minute_tells_of_it(house, warden, monkeypatch, settings):
    monkeypatch.setattr(timezone, "now", lambda: END + 10 * MINUTE)

    tasks.watch_boarders()

    assert told() == [("warden", 10)]
    assert settings.CELERY_BEAT_SCHEDULE["watch-boarders"]["task"] == tasks.watch_boarders.name


# --- when a school calls its rolls ----------------------------------------------------------------


def test_a_school_s_own_times_hold_for_it_alone(house, school, other_school, school_admin, student):
    roll_settings.set_times(
        school=school, **NONE | {"evening_from": time(20), "evening_until": time(20, 15)}, by=school_admin
    )

    times = roll_times.times_of([school.pk, other_school.pk])
    busy = held.by_roll([student.pk], END - timedelta(hours=3), END + timedelta(hours=10))

    assert times[school.pk] == {"evening": (time(20), time(20, 15))}
    assert set(times[other_school.pk]) == {"morning", "evening"}
    assert [(begins.hour, ends.minute, kind) for begins, ends, kind in busy[student.pk]] == [
        (20, 15, "evening")
    ]
    assert after(-85) == 1  # 20:25


def test_a_school_without_an_evening_roll_is_reminded_of_none(house, school, school_admin):
    roll_settings.set_times(school=school, **NONE, by=school_admin)

    assert after(10) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"evening_from": time(8), "evening_until": time(9)},
        {"evening_from": time(21), "evening_until": time(20)},
        {"evening_from": time(21)},
        {"morning_from": time(13), "morning_until": time(14)},
    ],
)
def test_the_database_refuses_times_that_make_no_sense(school, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        RollTimes.objects.create(school=school, **wrong)


def test_the_times_are_set_by_a_form_that_opens_with_what_holds(client, school, school_admin):
    client.force_login(school_admin)
    address = reverse("dormitories:roll_times", args=[school.public_id])

    before = client.get(address).content.decode()
    client.post(address, {"evening_from": "20:30", "evening_until": "20:50"})
    after_ = client.get(address).content.decode()

    assert 'value="21:20"' in before
    assert 'value="20:30"' in after_
    row = RollTimes.objects.get(school=school)
    assert (row.evening_until, row.morning_from) == (time(20, 50), None)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"evening_from": "20:30"}, "evening_until"),
        ({"evening_from": "08:30", "evening_until": "09:00"}, "evening_from"),
        ({"evening_from": "21:30", "evening_until": "21:00"}, "evening_until"),
        ({"morning_from": "06:00", "morning_until": "12:30"}, "morning_until"),
        ({"morning_from": "soon", "morning_until": "06:30"}, "morning_from"),
    ],
)
def test_a_slip_is_said_beside_its_field_and_nothing_is_lost(client, school, school_admin, data, field):
    client.force_login(school_admin)

    answer = client.post(reverse("dormitories:roll_times", args=[school.public_id]), data)

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert all(f'value="{typed}"' in answer.content.decode() for typed in data.values())
    assert not RollTimes.objects.exists()
