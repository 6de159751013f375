"""Houses, nights, leaves and calls of the demo: pure, seeded, and such as the database would allow."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from demo import house_rows, rows
from tests.demo.test_stories import NOW, make_children

EVENING = datetime(2026, 11, 22, 21, 40, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="module")
def made() -> rows.Rows:
    return make_children(7)


def test_every_boarder_has_a_bed_in_a_house_for_their_sex_but_one_who_waits(made):
    pupils = {one.id: one for one in made.of(rows.Student)}
    beds = {one.id: one for one in made.of(house_rows.Bed)}
    now = [stay for stay in made.of(house_rows.Stay) if stay.ended_on is None]

    boarders = {one.id for one in pupils.values() if one.boarding == "boarder"}
    waiting = boarders - {stay.student_id for stay in now}
    assert len(boarders) > 80
    assert len(waiting) <= 2
    assert len({stay.bed_id for stay in now}) == len({stay.student_id for stay in now}) == len(now)
    assert all(beds[stay.bed_id].sex == pupils[stay.student_id].sex for stay in now)
    assert not [stay for stay in now if beds[stay.bed_id].out_of_order_from]


def test_last_year_they_slept_in_the_same_beds_and_newcomers_nowhere(made):
    stays = made.of(house_rows.Stay)
    newcomers = {one.student_id for one in made.of(rows.Enrolment) if one.school_class_id == 1}

    then = {stay.student_id: stay.bed_id for stay in stays if stay.ended_on == date(2026, 7, 9)}
    now = {stay.student_id: stay.bed_id for stay in stays if stay.ended_on is None}
    assert then.items() <= now.items()
    assert then.keys().isdisjoint(newcomers)
    assert len(then) > 60


def test_a_bed_is_found_by_its_code(made):
    now = {stay.student_id for stay in made.of(house_rows.Stay) if stay.ended_on is None}

    assert {key.student_id for key in made.of(rows.FinderKey) if key.kind == "bed"} == now


def test_past_rolls_are_closed_whole_and_only_by_nights_before_lessons(made):
    closings = {roll: at for roll, _by, at in made.closings}
    rolls = {roll.id: roll for roll in made.of(house_rows.RollCall)}

    assert closings.keys() == rolls.keys()
    assert all(roll.opened_at < closings[roll.id] < NOW for roll in rolls.values())
    assert not [mark for mark in made.of(house_rows.RollMark) if mark.status == ""]
    assert {roll.on.isoweekday() for roll in rolls.values()} <= {7, 1, 2, 3, 4, 5, 6}
    assert date(2026, 11, 20) not in {roll.on for roll in rolls.values()}
    assert min(roll.on for roll in rolls.values()) < date(2025, 12, 31)


def test_who_is_called_slept_there_that_night(made):
    spans: dict[int, list[tuple[date, date]]] = {}
    for stay in made.of(house_rows.Stay):
        spans.setdefault(stay.bed_id, []).append((stay.started_on, stay.ended_on or date.max))
    nights = {roll.id: roll.on for roll in made.of(house_rows.RollCall)}

    for mark in made.of(house_rows.RollMark):
        assert any(first <= nights[mark.roll_id] <= last for first, last in spans[mark.bed_id])


def test_in_the_evening_one_roll_is_open_with_one_child_to_find():
    made = make_children(7, EVENING)
    closed = {roll for roll, _by, _at in made.closings}

    open_ones = [roll for roll in made.of(house_rows.RollCall) if roll.id not in closed]
    assert [roll.on for roll in open_ones] == [EVENING.date()]
    marks = [mark for mark in made.of(house_rows.RollMark) if mark.roll_id == open_ones[0].id]
    late = {one.student_id for one in made.of(house_rows.Leave) if one.out_at and one.back_at is None}
    to_find = {mark.student_id for mark in marks if mark.status == ""}
    assert len(to_find - late) == 1
    assert len(marks) > 10


def test_leaves_are_in_every_state(made):
    leaves = made.of(house_rows.Leave)
    out = [one for one in leaves if one.out_at and one.back_at is None]
    open_ones = [one for one in leaves if one.out_at is None and not one.refused_at and not one.cancelled_at]

    assert [one for one in out if one.due_back_at < NOW]
    assert [one for one in out if one.due_back_at > NOW]
    assert Counter((bool(one.class_approved_at), bool(one.house_approved_at)) for one in open_ones) == {
        (False, False): 1,
        (False, True): 1,
        (True, True): 1,
    }
    assert sum(one.refused_at is not None for one in leaves) == 1
    assert sum(one.cancelled_at is not None for one in leaves) == 1
    assert sum(one.back_at is not None for one in leaves) > 3


def test_nobody_is_in_two_calls_at_once_and_no_telephone_either(made):
    calls = made.of(house_rows.Call)
    places = made.of(house_rows.CallPupil)

    for name in ("phone_id", "person_id"):
        assert max(Counter((getattr(one, name), one.starts_at) for one in calls).values()) == 1
    assert max(Counter((one.student_id, one.starts_at) for one in places).values()) == 1
    assert {one.state for one in calls if one.ends_at < NOW - timedelta(minutes=30)} == {"talked", "missed"}
    assert {one.state for one in calls if one.starts_at > NOW} <= {"planned"}


def test_every_call_that_is_over_was_tried_for_every_pupil_of_it(made):
    over = {one.id for one in made.of(house_rows.Call) if one.state != "planned"}
    wanted = {(one.call_id, one.student_id) for one in made.of(house_rows.CallPupil) if one.call_id in over}

    tried = made.of(house_rows.ContactAttempt)
    assert {(one.call_id, one.student_id) for one in tried} == wanted
    assert all((one.minutes is None) == (one.outcome == "no_answer") for one in tried)


def test_more_families_are_called_than_a_year_ago(made):
    weeks = Counter((NOW.date() - one.starts_at.date()).days // 7 for one in made.of(house_rows.Call))

    assert weeks[1] > 3 * weeks[45] > 0


def test_talks_reach_a_year_back_and_only_of_those_who_were_here(made):
    newcomers = {one.student_id for one in made.of(rows.Enrolment) if one.school_class_id == 1}
    talks = made.of(rows.Session)

    assert min(one.happened_at for one in talks).date() < date(2026, 1, 1)
    early = [one for one in talks if one.happened_at.date() < date(2026, 9, 1)]
    assert early
    assert not [one for one in early if one.student_id in newcomers]
