"""The weekly counts are what the rows say, whether counted bit by bit or from the ground."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from core import audit
from core.models import AuditEvent
from dashboards import shown, tasks
from dashboards.counting import children, weekly
from dashboards.counting.weeks import latest
from dashboards.disclosure import tables
from dashboards.indicators import BY_CODE, INDICATORS, PUBLISHED
from dashboards.models import AreaFigure, CountedSchool, SchoolFigure, WeeklyCount
from dashboards.models.figures import State
from dashboards.services import building, checking
from tests import factories
from tests.dashboards import lively, recounted
from tests.dashboards.lively import NOW, TODAY, end_transactions

pytestmark = pytest.mark.django_db


def kept() -> dict[tuple[int, object, str], tuple[int, int, int, object]]:
    rows = WeeklyCount.objects.values_list(
        "school_id", "week", "indicator", "numerator", "denominator", "not_collected", "days"
    )
    return {row[:3]: (row[3], row[4], row[5], tuple(row[6] or ())) for row in rows}


def figures() -> set[tuple[object, ...]]:
    return set(SchoolFigure.objects.values_list("school_id", "week", "indicator", "state", "value")) | set(
        AreaFigure.objects.values_list("area_path", "week", "indicator", "state", "value")
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_every_weekly_count_is_what_the_rows_say(school, counsellor, seed: int):
    lively.fill(school, counsellor, seed=seed)
    weeks = latest(6, on=TODAY)

    building.rebuild(weeks=6, now=NOW)

    counted = {
        week.monday: {
            code: (numerator, denominator)
            for (_school, monday, code), (numerator, denominator, _unknown, _days) in kept().items()
            if monday == week.monday
        }
        for week in weeks
    }
    assert counted == {week.monday: recounted.recount(school, week) for week in weeks}
    # the school is lively enough for each number to be more than nothing in some week
    busy = [counted[week.monday] for week in weeks]
    assert {code for week in busy for code, (numerator, _all) in week.items() if numerator} == set(
        weekly.CODES
    ) - {"parent_contact_days"}


def test_the_histogram_of_waiting_holds_every_boarder(school, counsellor):
    lively.fill(school, counsellor)

    building.rebuild(weeks=3, now=NOW)

    for row in WeeklyCount.objects.filter(indicator="parent_contact_days"):
        assert sum(row.days) == row.denominator
        within = WeeklyCount.objects.get(school=school, week=row.week, indicator="parent_contact").numerator
        assert sum(row.days[:7]) == within


@pytest.mark.parametrize("definition", ["civil_affairs", "education"])
def test_left_behind_pupils_are_counted_by_group_and_shown_nowhere_by_week(school, counsellor, definition):
    lively.fill(school, counsellor)

    building.rebuild(weeks=2, now=NOW)

    code = f"left_behind_{definition}"
    row = WeeklyCount.objects.filter(indicator=code).latest("week")
    by_group = children.groups(school.pk, on=TODAY)[definition]
    assert row.days == [
        next((n for group, n in by_group.items() if (group.sex, group.stage, group.boarding) == values), 0)
        for values in tables.GROUPS
    ]
    assert row.numerator == sum(row.days) > 0
    assert not SchoolFigure.objects.filter(indicator=code).exists()
    assert not AreaFigure.objects.filter(indicator=code).exists()


def test_a_teachers_own_call_is_contact_and_no_answer_is_none(school, school_class, counsellor):
    called, in_vain = (
        factories.make_student(school_class, name, boarding="boarder") for name in ("李一", "李二")
    )
    for pupil, outcome in ((called, "talked"), (in_vain, "no_answer")):
        lively.tried(pupil, counsellor, outcome=outcome, at=NOW - timedelta(days=2), channel="visit")

    building.rebuild(weeks=1, now=NOW)

    row = WeeklyCount.objects.get(school=school, indicator="parent_contact")
    assert (row.numerator, row.denominator) == (1, 2)


def test_counting_bit_by_bit_gives_what_counting_from_the_ground_gives(school, counsellor):
    pupils = lively.fill(school, counsellor)
    end_transactions()
    building.build_changed(now=NOW)
    factories.make_session(pupils[0], counsellor, happened_at=NOW - timedelta(days=1))
    pupils[1].boarding = "boarder"
    pupils[1].save()
    end_transactions()

    counted = building.build_changed(now=NOW + timedelta(minutes=5))
    bit_by_bit, seen = kept(), figures()
    WeeklyCount.objects.all().delete()
    SchoolFigure.objects.all().delete()
    AreaFigure.objects.all().delete()
    building.rebuild(weeks=building.OPEN_WEEKS, now=NOW + timedelta(minutes=5))

    assert counted == 1
    assert kept() == bit_by_bit
    assert figures() == seen


def test_only_schools_that_changed_are_counted(school, other_school, student, counsellor):
    end_transactions()
    assert building.build_changed(now=NOW) == 2
    assert building.build_changed(now=NOW) == 0

    factories.make_session(student, counsellor)
    end_transactions()

    assert [one.school_id for one in building.due(now=NOW)] == [school.pk]


def test_reading_is_no_change(school, student, counsellor):
    end_transactions()
    building.build_changed(now=NOW)

    audit.record("student.viewed", by=counsellor, target=student, subject=student, school_id=school.pk)
    end_transactions()

    assert building.due(now=NOW) == []


def test_rows_written_past_every_service_are_a_change(school, student):
    end_transactions()
    building.build_changed(now=NOW)

    type(student).objects.filter(pk=student.pk).update(boarding="day")  # no signal, no service
    end_transactions()

    assert [one.school_id for one in building.due(now=NOW)] == [school.pk]


def test_a_school_that_stands_still_is_counted_when_the_week_turns(school):
    end_transactions()
    building.build_changed(now=NOW)  # a Sunday

    assert building.due(now=NOW + timedelta(hours=2)) == []
    assert [one.school_id for one in building.due(now=NOW + timedelta(hours=4))] == [school.pk]


def test_an_area_is_the_sum_of_its_schools_not_of_what_is_shown(school, other_school, counsellor, stranger):
    """Two schools of fifteen are each too few, and together enough."""
    for where, who in ((school, counsellor), (other_school, stranger)):
        for pupil in lively.fill(where, who, pupils=15):
            pupil.enrolments.update(ended_on=None)

    building.rebuild(weeks=1, now=NOW)

    assert SchoolFigure.objects.filter(indicator="talk_coverage", state=State.TOO_FEW).count() == 2
    area = AreaFigure.objects.get(area=school.area, indicator="talk_coverage")
    numbers = WeeklyCount.objects.filter(indicator="talk_coverage").values_list("numerator", "denominator")
    numerator, denominator = (sum(one) for one in zip(*numbers, strict=True))
    assert (area.state, area.value) == (State.SHOWN, shown.in_steps(numerator, denominator))


def test_a_silent_school_is_no_zero_in_its_area(school, other_school, counsellor, stranger, county):
    for where, who in ((school, counsellor), (other_school, stranger)):
        for pupil in lively.fill(where, who, pupils=22):
            pupil.enrolments.update(started_on=date(2026, 9, 1), ended_on=None)
    building.rebuild(weeks=2, now=NOW)
    both = AreaFigure.objects.get(area=county, indicator="talk_coverage", week=date(2026, 11, 16))

    CountedSchool.objects.filter(school=other_school).update(changed_at=NOW - timedelta(days=20))
    WeeklyCount.objects.filter(school=other_school).update(numerator=0)
    building.build_area(county, [date(2026, 11, 16)], now=NOW)
    ours = WeeklyCount.objects.get(school=school, indicator="talk_coverage", week=both.week)
    one = AreaFigure.objects.get(pk=both.pk)
    CountedSchool.objects.update(changed_at=NOW - timedelta(days=20))
    building.build_area(county, [date(2026, 11, 16)], now=NOW)

    assert one.value == shown.in_steps(ours.numerator, ours.denominator)
    assert {row.state for row in AreaFigure.objects.filter(area=county, week=both.week)} == {State.NO_DATA}


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [
        (0, 0, (State.NO_DATA, None)),
        (19, 19, (State.TOO_FEW, None)),
        (0, 20, (State.SHOWN, 0)),
        (20, 20, (State.SHOWN, 100)),
        (1, 41, (State.SHOWN, 0)),
        (1, 40, (State.SHOWN, 5)),  # two and a half go up
        (33, 100, (State.SHOWN, 35)),
        (32, 100, (State.SHOWN, 30)),
    ],
)
def test_percentages_come_in_steps_of_five_from_twenty_on(numerator, denominator, expected):
    one = BY_CODE["talk_coverage"]

    assert shown.shown(one, numerator=numerator, denominator=denominator, days=None) == expected


def test_the_median_is_the_day_within_which_half_have_talked():
    days = [0] * 32
    days[2], days[9], days[31] = 10, 5, 5

    assert shown.median(days) == 2
    assert shown.median([0] * 31 + [20]) == 31


def test_every_indicator_says_what_it_counts_and_why():
    everything = [*INDICATORS, *PUBLISHED]
    assert {one.code for one in everything} == set(weekly.CODES)
    assert all(str(one.name) and str(one.definition) and str(one.source) for one in everything)
    assert 4 <= sum(one.on_tile for one in INDICATORS) <= 6


# --- the nightly check --------------------------------------------------------------------------------


@pytest.fixture
def counted(school, other_school, counsellor):
    lively.fill(school, counsellor, pupils=22)
    end_transactions()
    building.build_changed(now=NOW)
    end_transactions()


def test_at_night_every_school_that_stands_still_is_compared_with_its_rows(counted):
    assert checking.check(now=NOW + timedelta(hours=1)) == checking.Found(2, 0, 0)
    assert AuditEvent.objects.get(event="counts.checked").details["wrong_schools"] == 0


@pytest.mark.parametrize("model", [WeeklyCount, SchoolFigure])
@pytest.mark.parametrize("fault", ["changed", "lost"])
def test_a_number_of_a_school_that_is_wrong_is_found_and_put_right(counted, school, model, fault):
    before, seen = kept(), figures()
    row = model.objects.filter(school=school, indicator="follow_ups_overdue").latest("week")
    if fault == "lost":
        row.delete()
    elif model is WeeklyCount:
        model.objects.filter(pk=row.pk).update(numerator=row.numerator + 1)
    else:
        model.objects.filter(pk=row.pk).update(state="shown", value=95)

    assert checking.check(now=NOW).wrong_schools == 1
    assert (kept(), figures()) == (before, seen)
    assert checking.check(now=NOW).is_right


def test_a_number_of_an_area_that_is_wrong_is_found_and_put_right(counted, county):
    seen = figures()
    AreaFigure.objects.filter(area=county, indicator="talk_coverage").update(state="shown", value=100)

    assert checking.check(now=NOW) == checking.Found(2, 0, 1)
    assert figures() == seen


def test_a_school_that_changed_is_left_to_the_counting(counted, school):
    factories.make_student(factories.make_class(school, 4, 1), "新来", boarding="boarder")
    end_transactions()

    assert checking.check(now=NOW) == checking.Found(1, 0, 0)


def test_the_nightly_task_says_in_the_log_that_something_was_wrong(school, counsellor, caplog):
    building.rebuild(weeks=1, now=timezone.now())
    assert tasks.check_counts()

    WeeklyCount.objects.filter(school=school).update(denominator=7)

    assert not tasks.check_counts()
    assert "1 schools, 0 areas were wrong" in caplog.text
    assert tasks.check_counts()


def test_the_task_counts_in_a_scope_of_its_own(school):
    end_transactions()

    tasks.build_counts()

    assert CountedSchool.objects.filter(school=school, name=school.name).exists()


def test_the_command_counts_every_school_or_one(school, other_school):
    out = StringIO()

    call_command("rebuild_counts", "--weeks=2", stdout=out)
    call_command("rebuild_counts", "--weeks=3", f"--school={school.code}", stdout=out)

    assert out.getvalue().splitlines() == [
        "2 schools counted over 2 weeks.",
        "1 schools counted over 3 weeks.",
    ]
    assert WeeklyCount.objects.filter(school=school).count() == 3 * len(weekly.CODES)
    assert WeeklyCount.objects.filter(school=other_school).count() == 2 * len(weekly.CODES)


@pytest.mark.parametrize("options", [["--weeks=0"], ["--school=0000000000"]])
def test_the_command_says_what_is_wrong(school, options):
    with pytest.raises(CommandError):
        call_command("rebuild_counts", *options)
