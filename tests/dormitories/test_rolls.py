"""The roll: who is expected, marks, what the gate says, no closing on a gap, alerts."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.utils import timezone

from core import tenancy
from core.models import AuditEvent, RowChange
from dormitories import roll_times, tasks
from dormitories.models import RollCall, RollMark
from dormitories.selectors import rolls as selectors
from dormitories.services import leaves, roll_alerts, roll_marks, rolls
from dormitories.services.refusals import RefusedError
from reminders.models import Reminder
from tests import factories

MINUTE = timedelta(minutes=1)
# In the evening, so that no test depends on when it runs.
EVENING = datetime(2026, 11, 22, 21, 30, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def house(school):
    return factories.make_building(school, name="Lotus")


@pytest.fixture
def sleepers(house, school_class, student):
    """Three girls: two on the ground floor, one above."""
    pupils = [
        student,
        *(factories.make_student(school_class, name, boarding="boarder") for name in ("赵一", "钱二")),
    ]
    rooms = [factories.make_room(house, "101"), factories.make_room(house, "201", floor=2)]
    beds = [
        factories.make_bed(rooms[0], "1"),
        factories.make_bed(rooms[0], "2"),
        factories.make_bed(rooms[1], "1"),
    ]
    for pupil, bed in zip(pupils, beds, strict=True):
        factories.make_stay(pupil, bed)
    return pupils


@pytest.fixture
def roll(house, sleepers, warden):
    return rolls.open_roll(building=house, by=warden, now=EVENING)


@pytest.fixture
def on_leave(student, school_admin, homeroom_teacher, warden):
    people = [school_admin, homeroom_teacher, warden]
    times = {"leaves_at": EVENING - timedelta(hours=5), "due_back_at": EVENING + timedelta(hours=40)}
    return factories.make_approved_leave(student, people, **times)


def mark(roll, number, status, by, now=EVENING, **more):
    return roll_marks.mark(roll=roll, number=number, status=status, by=by, now=now, **more)


def mark_all(roll, by, status="present", now=EVENING):
    for found in RollMark.objects.filter(roll=roll, status=""):
        mark(roll, found.number, status, by, now)


def statuses(roll):
    return list(RollMark.objects.filter(roll=roll).order_by("number").values_list("status", flat=True))


# --- opening --------------------------------------------------------------------------------------


def test_opening_settles_who_is_expected_in_the_order_of_the_beds(roll, sleepers):
    marks = RollMark.objects.filter(roll=roll).order_by("number")

    assert [found.student for found in marks] == sleepers
    assert statuses(roll) == ["", "", ""]
    assert AuditEvent.objects.get(event="roll.opened").details == {"expected": 3, "floor": None}


def test_who_comes_or_goes_later_changes_nothing(roll, sleepers, house, school_class):
    newcomer = factories.make_student(school_class, "孙三", boarding="boarder")
    factories.make_stay(newcomer, factories.make_bed(factories.make_room(house, "102")))

    assert len(statuses(roll)) == 3


def test_opening_twice_is_once(roll, house, warden, head_teacher):
    again = rolls.open_roll(building=house, by=head_teacher, now=EVENING + MINUTE)

    assert (again.pk, again.opened_by) == (roll.pk, warden)


def test_a_floor_is_called_alone_and_then_not_the_house(house, sleepers, warden):
    above = rolls.open_roll(building=house, floor=2, by=warden, now=EVENING)

    assert len(statuses(above)) == 1
    with pytest.raises(RefusedError, match="another way"):
        rolls.open_roll(building=house, by=warden, now=EVENING)
    below = rolls.open_roll(building=house, floor=1, by=warden, now=EVENING)
    assert len(statuses(below)) == 2


def test_the_database_has_one_roll_a_house_an_evening(roll, house, warden):
    with pytest.raises(IntegrityError, match="dormitories_rollcall_evening_once"), transaction.atomic():
        factories.make_roll(house, warden, opened_at=EVENING, floor=2)
    factories.make_roll(house, warden, opened_at=EVENING, kind="morning")


def test_an_empty_house_has_no_roll(school, warden):
    with pytest.raises(RefusedError, match="Nobody has a bed"):
        rolls.open_roll(building=factories.make_building(school), by=warden, now=EVENING)


@pytest.mark.parametrize(
    ("hour", "day", "kind"),
    [(21, 22, "evening"), (23, 22, "evening"), (3, 21, "evening"), (6, 22, "morning")],
)
def test_the_hour_says_which_roll_it_is(hour, day, kind):
    on, found = roll_times.roll_of(EVENING.replace(hour=hour))

    assert (on.day, found) == (day, kind)


# --- leave is known by itself ---------------------------------------------------------------------


def test_who_is_out_on_leave_is_known(on_leave, house, sleepers, warden):
    leaves.go_out(leave=on_leave, by=warden, now=EVENING - 2 * MINUTE)

    roll = rolls.open_roll(building=house, by=warden, now=EVENING)

    found = RollMark.objects.get(roll=roll, number=1)
    assert (found.status, found.leave, found.marked_by) == ("leave", on_leave, None)


def test_a_leave_that_the_gate_hasnt_noted_isnt_enough(on_leave, house, sleepers, warden):
    roll = rolls.open_roll(building=house, by=warden, now=EVENING)

    page = selectors.roll_page(warden, roll, now=EVENING)

    assert statuses(roll) == ["", "", ""]
    assert [face.hint for face in page.faces] == [on_leave, None, None]


def test_going_out_and_coming_back_change_an_open_roll(on_leave, roll, warden):
    leaves.go_out(leave=on_leave, by=warden, now=EVENING)
    assert statuses(roll) == ["leave", "", ""]

    leaves.come_back(leave=on_leave, by=warden, now=EVENING + MINUTE)

    assert statuses(roll) == ["", "", ""]
    roll.refresh_from_db()
    assert roll.version == 2


def test_the_gate_doesnt_overrule_a_persons_word(on_leave, roll, warden):
    mark(roll, 1, "present", warden)

    leaves.go_out(leave=on_leave, by=warden, now=EVENING)

    assert statuses(roll) == ["present", "", ""]


def test_who_should_be_back_by_now_is_to_find_again(on_leave, house, sleepers, warden):
    leaves.go_out(leave=on_leave, by=warden, now=EVENING)
    later = on_leave.due_back_at - 5 * MINUTE
    roll = rolls.open_roll(building=house, by=warden, now=later)
    mark_all(roll, warden, now=later)

    with pytest.raises(RefusedError, match="1 child is unaccounted for"):
        rolls.close_roll(roll=roll, by=warden, now=later + 10 * MINUTE)
    assert roll_marks.forget_overdue(now=later + 10 * MINUTE) == 1

    assert statuses(roll)[0] == ""
    assert roll_marks.forget_overdue(now=later + 10 * MINUTE) == 0


def test_on_leave_is_said_only_of_whoever_has_one(on_leave, roll, warden):
    mark(roll, 1, "leave", warden)

    with pytest.raises(RefusedError, match="No approved leave"):
        mark(roll, 2, "leave", warden)

    assert RollMark.objects.get(roll=roll, number=1).leave == on_leave


# --- marking --------------------------------------------------------------------------------------


def test_the_same_mark_again_changes_nothing(roll, warden):
    first = mark(roll, 1, "present", warden)
    changes = RowChange.objects.count()

    again = mark(roll, 1, "present", warden, now=EVENING + MINUTE)

    roll.refresh_from_db()
    assert (again.marked_at, again.version, roll.version) == (first.marked_at, 1, 1)
    assert RowChange.objects.count() == changes


def test_the_latest_mark_stands_and_the_trail_keeps_the_earlier(roll, warden, school_admin):
    mark(roll, 1, "present", warden)
    mark(roll, 1, "sick_bay", school_admin, now=EVENING + MINUTE)

    kept = RowChange.objects.filter(table_name="dormitories_rollmark", op="update").order_by("id")
    assert statuses(roll)[0] == "sick_bay"
    assert [change.changed["status"] for change in kept] == [["", "present"], ["present", "sick_bay"]]
    assert [change.changed["marked_by_id"][1] for change in kept] == [warden.pk, school_admin.pk]


def test_elsewhere_says_where(roll, warden):
    with pytest.raises(RefusedError) as refusal:
        mark(roll, 1, "other", warden, note="  ")

    assert refusal.value.field == "note"
    assert mark(roll, 1, "other", warden, note="With the nurse in town").note == "With the nurse in town"
    assert mark(roll, 1, "present", warden, note="kept by mistake").note == ""


def test_nobody_marks_in_anothers_name_or_changes_who_was_expected(roll, warden, school_admin, other_student):
    found = RollMark.objects.filter(roll=roll, number=1)

    with tenancy.acting(warden, "test"):
        with pytest.raises(ProgrammingError, match="another's name"), transaction.atomic():
            found.update(status="present", marked_by=school_admin, marked_at=EVENING)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            found.update(student=other_student)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            found.delete()


# --- closing --------------------------------------------------------------------------------------


def test_a_roll_with_a_gap_isnt_closed(roll, warden):
    mark(roll, 1, "present", warden)

    with pytest.raises(RefusedError, match="2 children are unaccounted for"):
        rolls.close_roll(roll=roll, by=warden, now=EVENING)

    roll.refresh_from_db()
    assert roll.is_open


def test_a_roll_without_a_gap_is_closed_once(roll, warden, school_admin):
    mark_all(roll, warden)

    rolls.close_roll(roll=roll, by=warden, now=EVENING + 5 * MINUTE)
    again = rolls.close_roll(roll=roll, by=school_admin, now=EVENING + 9 * MINUTE)

    assert (again.closed_by, again.closed_at) == (warden, EVENING + 5 * MINUTE)
    assert AuditEvent.objects.get(event="roll.closed").details == {"minutes": 5}


def test_the_database_closes_no_roll_with_a_gap(roll, warden):
    with pytest.raises(IntegrityError, match="a child is unaccounted for"), transaction.atomic():
        RollCall.objects.filter(pk=roll.pk).update(closed_by=warden, closed_at=EVENING)


def test_the_database_believes_no_leave_that_is_over(on_leave, roll, warden):
    leaves.go_out(leave=on_leave, by=warden, now=EVENING)
    for number in (2, 3):
        mark(roll, number, "present", warden)

    over = on_leave.due_back_at + MINUTE
    with pytest.raises(IntegrityError, match="a child is unaccounted for"), transaction.atomic():
        RollCall.objects.filter(pk=roll.pk).update(closed_by=warden, closed_at=over)
    rolls.close_roll(roll=roll, by=warden, now=EVENING)


def test_in_a_closed_roll_nobody_becomes_unaccounted_for(roll, warden):
    mark_all(roll, warden)
    rolls.close_roll(roll=roll, by=warden, now=EVENING)

    with pytest.raises(RefusedError, match="closed"):
        mark(roll, 1, "", warden)
    with pytest.raises(IntegrityError, match="the roll is closed"), transaction.atomic():
        RollMark.objects.filter(roll=roll, number=1).update(status="", marked_by=None, marked_at=None)
    with pytest.raises(ProgrammingError, match="closed once"), transaction.atomic():
        RollCall.objects.filter(pk=roll.pk).update(closed_by=None, closed_at=None)


def test_a_wrong_tap_is_put_right_for_twelve_hours_after_closing(roll, warden):
    mark_all(roll, warden)
    rolls.close_roll(roll=roll, by=warden, now=EVENING)

    mark(roll, 1, "sick_bay", warden, now=EVENING + timedelta(hours=11))
    with pytest.raises(RefusedError, match="twelve hours"):
        mark(roll, 2, "sick_bay", warden, now=EVENING + timedelta(hours=13))

    assert statuses(roll) == ["sick_bay", "present", "present"]
    assert AuditEvent.objects.filter(event="roll.marked", details__closed=True).count() == 1


# --- alerts ---------------------------------------------------------------------------------------


@pytest.fixture
def on_duty(school, school_admin):
    person = factories.make_user("on_duty")
    factories.make_membership(person, "paired_teacher", school=school)
    factories.make_duty(school, person, by=school_admin, starts_at=EVENING - timedelta(hours=1))
    return person


def told():
    rows = Reminder.objects.filter(channel="bell", cancelled_at=None).select_related("recipient")
    return sorted((row.recipient.username, int((row.due_at - EVENING) / MINUTE)) for row in rows)


def after(minutes):
    roll_alerts.tell_of_gaps(now=EVENING + minutes * MINUTE)


def test_ten_minutes_tell_the_duty_and_thirty_the_head_once_each(roll, on_duty, head_teacher):
    after(9)
    assert told() == []
    after(10)
    after(11)
    assert told() == [("on_duty", 10)]
    after(30)
    after(31)
    assert told() == [("head_teacher", 30), ("on_duty", 10)]


def test_the_task_of_every_minute_tells_the_duty_and_the_head(roll, on_duty, head_teacher, monkeypatch):
    for minutes in (10, 30):
        monkeypatch.setattr(timezone, "now", lambda minutes=minutes: EVENING + minutes * MINUTE)
        tasks.watch_boarders()

    assert told() == [("head_teacher", 30), ("on_duty", 10)]


def test_without_anybody_on_duty_the_other_wardens_are_told_and_never_whoever_opened_it(
    roll, school, head_teacher
):
    after(10)
    assert told() == [("head_teacher", 10)]
    colleague = factories.make_user("colleague")
    factories.make_membership(colleague, "warden", school=school)

    after(11)

    assert ("colleague", 10) in told()
    assert "warden" not in dict(told())


def test_finding_the_last_child_ends_the_alerts(roll, on_duty, warden, head_teacher):
    after(10)
    mark_all(roll, warden, now=EVENING + 12 * MINUTE)
    assert told() == []

    after(31)

    assert told() == []


def test_an_alert_at_night_rings_at_once_and_names_nobody(roll, on_duty, sleepers):
    late = EVENING.replace(hour=22)
    roll_alerts.tell_of_gaps(now=late)

    row = Reminder.objects.get(channel="bell", recipient=on_duty)
    assert row.next_try_at == row.due_at
    assert not any(pupil.name in f"{row.about}{row.url_path}{row.category_label}" for pupil in sleepers)


def test_a_roll_of_the_school_next_door_tells_nobody_here(roll, on_duty, other_school, head_teacher):
    stranger = factories.make_user("their_head")
    factories.make_membership(stranger, "head_teacher", school=other_school)

    after(31)

    assert "their_head" not in dict(told())
