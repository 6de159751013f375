"""Publishing a month: asked for by an officer, counted, protected, attacked, frozen; and returns."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime, timedelta
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from core.models import AuditEvent
from dashboards import tasks
from dashboards.counting import children
from dashboards.counting import returns as counting
from dashboards.disclosure import attacking, tables
from dashboards.models import FrozenCell, PeriodCount, Release, StatutoryReturn
from dashboards.services import releases, returns
from dashboards.services.errors import RefusedError
from students.models import Student
from students.selectors import left_behind
from tests import factories
from tests.factories import district, home

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=timezone.get_default_timezone())
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def left_behind_pupil(school_class: Any, number: int, **fields: Any) -> Student:
    """Rural, both parents at work in Dongguan since February."""
    fields.setdefault("boarding", "boarder" if number % 3 else "day")
    student = factories.make_student(
        school_class, f"孩子{number}", hukou="rural", sex="male" if number % 2 else "female", **fields
    )
    for relation in ("mother", "father"):
        home.make_episode(home.make_adult(student, f"{relation}{number}", relation))
    return student


@pytest.fixture
def pupils(school, other_school) -> list[Student]:
    """Thirty-two left-behind pupils in our school and seven next door, and one whose parents are at home."""
    primary, junior = factories.make_class(school, 3, 1), factories.make_class(school, 8, 1)
    made = [left_behind_pupil(primary if number % 4 else junior, number) for number in range(32)]
    theirs = factories.make_class(other_school, 5, 1)
    made += [left_behind_pupil(theirs, 100 + number) for number in range(7)]
    at_home = factories.make_student(primary, "在家", hukou="rural", boarding="day")
    for relation in ("mother", "father"):
        adult = home.make_adult(at_home, relation, relation)
        type(adult).objects.filter(pk=adult.pk).update(absences_known_from=date(2026, 1, 1))
    return made


def publish(area: Any, by: Any, *, period: date = OCTOBER, now: datetime = NOW) -> Release:
    release = releases.ask(area=area, period=period, by=by, now=now)
    releases.carry_out(release_id=release.pk, now=now)
    release.refresh_from_db()
    return release


def test_groups_are_what_the_record_says_of_each_pupil(school, pupils):
    counted = children.groups(school.pk, on=date(2026, 10, 31))

    for definition, groups in counted.items():
        expected = Counter(
            (one.sex, "junior" if one.enrolments.get().school_class.grade > 6 else "primary", one.boarding)
            for one in Student.objects.filter(school=school)
            if left_behind.statuses([one.pk], date(2026, 10, 31))[one.pk][definition].answer == "yes"
        )
        assert {(g.sex, g.stage, g.boarding): n for g, n in groups.items() if n} == expected
        assert sum(groups.values()) == 32
        assert len(groups) == 12  # zeros are counted too


def test_a_month_is_published_by_the_gate_and_frozen(county, officer, pupils):
    release = publish(county, officer)

    cells = FrozenCell.objects.filter(release=release)
    assert release.state == Release.State.RELEASED
    assert cells.filter(state="shown", table="county").count() == 2  # one for each definition
    assert cells.filter(school__name="Longjing School").exclude(state="fewer").count() == 0
    assert all(one.value % 5 == 0 for one in cells if one.value is not None)
    assert PeriodCount.objects.filter(release=release, definition="education").count() == 12 + 6
    assert list(
        AuditEvent.objects.filter(event__startswith="statistics.")
        .order_by("pk")
        .values_list("event", "actor_id")
    ) == [("statistics.asked", officer.pk), ("statistics.released", officer.pk)]


def test_what_is_published_withstands_the_attack(county, officer, pupils):
    publish(county, officer)
    left_behind_pupil(factories.make_class(pupils[0].school, 3, 1), 55)
    publish(county, officer, period=NOVEMBER, now=NOW + timedelta(days=20))

    for definition in ("civil_affairs", "education"):
        published = releases.earlier(county, definition)
        assert [one.period for one in published] == ["2026-10-01", "2026-11-01"]
        assert set(published[0].figures) == set(tables.cells(published[0].counts))
        assert attacking.attack(published, releases.protection()) == []


def test_every_number_is_the_same_on_the_page_in_the_api_and_in_the_file(
    county, officer, official, pupils, client
):
    release = publish(county, officer)
    client.force_login(official)

    page = client.get(reverse("dashboards:release", args=[release.public_id])).content.decode()
    data = client.get(reverse("api:district_release", args=[release.public_id])).json()
    file = client.post(reverse("dashboards:release_export", args=[release.public_id])).content

    on_page = [
        (unescape(name), [unescape(one) for one in re.findall(r'<td class="num">(.*?)</td>', cells)])
        for name, cells in re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', page)
    ]
    in_api = [(row["name"], row["values"]) for table in data["tables"] for row in table["rows"]]
    in_file = [
        (row[0], list(row[1:]))
        for sheet in load_workbook(BytesIO(file))
        for row in sheet.iter_rows(min_row=2, values_only=True)
    ]
    assert on_page == in_api == in_file
    said = [value for _name, values in in_api for value in values]
    assert "fewer than 10" in said
    assert len([value for value in said if value.isdigit()]) > 8


def test_running_the_task_twice_changes_nothing(county, officer, pupils):
    release = publish(county, officer)
    before = list(FrozenCell.objects.order_by("pk").values())

    tasks.release(release_id=release.pk)

    assert list(FrozenCell.objects.order_by("pk").values()) == before


def test_a_release_that_the_gate_refuses_publishes_nothing(county, officer, pupils, school):
    """Two months went out before there was a gate: their roundings of one count leave no choice."""
    careless(county, officer, school, {date(2026, 8, 1): -4, date(2026, 9, 1): 4})

    release = publish(county, officer)

    assert release.state == Release.State.REFUSED
    assert not FrozenCell.objects.filter(release=release).exists()
    assert not PeriodCount.objects.filter(release=release).exists()
    assert releases.ask(area=county, period=OCTOBER, by=officer, now=NOW).state == Release.State.ASKED


def careless(county: Any, officer: Any, school: Any, shown: dict[date, int]) -> None:
    """Published by hand: the school's total, off by so many."""
    groups = children.groups(school.pk, on=date(2026, 10, 31))["civil_affairs"]
    for period, off in shown.items():
        release = district.make_release(county, by=officer, period=period, with_a_cell=False)
        for group, count in groups.items():
            PeriodCount.objects.create(
                release=release, school=school, definition="civil_affairs",
                sex=group.sex, stage=group.stage, boarding=group.boarding, count=count,
            )  # fmt: skip
        FrozenCell.objects.create(
            release=release, area_path=county.path, definition="civil_affairs", table="school",
            school=school, state="shown", value=sum(groups.values()) + off,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("period", "words"),
    [(NOVEMBER, "isn't over"), (date(2027, 1, 1), "isn't over"), (OCTOBER, "already published"),
     (date(2026, 9, 1), "in order")],
)  # fmt: skip
def test_only_closed_months_once_and_in_order(county, officer, period: date, words: str):
    district.make_release(county, by=officer, period=OCTOBER)

    with pytest.raises(RefusedError, match=words):
        releases.ask(area=county, period=period, by=officer, now=NOW)


def test_areas_that_overlap_do_not_both_publish(county, officer):
    """Two roundings of the same children would be published otherwise."""
    below = factories.make_area(level="county", parent=county)
    district.make_release(county, by=officer)

    with pytest.raises(RefusedError, match="overlaps"):
        releases.ask(area=below, period=OCTOBER, by=officer, now=NOW)
    Release.objects.all().update(area=below, area_path=below.path)
    with pytest.raises(RefusedError, match="overlaps"):
        releases.ask(area=county, period=OCTOBER, by=officer, now=NOW)


def test_an_area_beside_publishes_by_itself(county, officer):
    district.make_release(factories.make_area(level="province"), by=officer)

    assert releases.ask(area=county, period=OCTOBER, by=officer, now=NOW).state == Release.State.ASKED


def test_the_database_too_refuses_a_month_twice(county, officer):
    district.make_release(county, by=officer)

    with pytest.raises(IntegrityError, match="dashboards_release_once"), transaction.atomic():
        district.make_release(county, by=officer)


def test_a_task_that_breaks_lets_the_officer_ask_again(county, officer):
    release = releases.ask(area=county, period=OCTOBER, by=officer, now=NOW)
    Release.objects.filter(pk=release.pk).update(threshold=7)  # can't protect: a ValueError

    tasks.release(release_id=release.pk)

    release.refresh_from_db()
    assert release.state == Release.State.FAILED
    assert releases.ask(area=county, period=OCTOBER, by=officer, now=NOW).pk != release.pk


def test_what_was_asked_for_and_never_done_is_done_by_the_sweep(
    county, officer, pupils, django_capture_on_commit_callbacks
):
    release = releases.ask(area=county, period=OCTOBER, by=officer, now=NOW - timedelta(hours=2))

    with django_capture_on_commit_callbacks(execute=True):
        releases.wake(now=NOW)

    release.refresh_from_db()
    assert release.state == Release.State.RELEASED


# --- returns ------------------------------------------------------------------------------------------


def drawn_up(area: Any, by: Any, *, definition: str = "civil_affairs") -> StatutoryReturn:
    made = returns.ask(
        area=area, definition=definition, counted_on=date(2026, 11, 1), reference="Letter 41", by=by, now=NOW
    )
    returns.draw_up(return_id=made.pk, now=NOW)
    made.refresh_from_db()
    return made


def test_a_return_holds_exact_counts_that_add_up(county, officer, pupils, school):
    home.make_care(pupils[0], None, assessment="poor", assessed_on=date(2026, 10, 1))

    made = drawn_up(county, officer)

    sheet = load_workbook(BytesIO(bytes(made.content))).worksheets[0]
    head, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    by_name = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    assert by_name[school.name]["Children"] == 32
    assert by_name[county.name]["Children"] == 39
    for row in by_name.values():
        for group, (name, _columns) in counting.GROUPS.items():
            parts = [row[column] for column in head if column.startswith(f"{name}: ")]
            assert sum(parts) == row["Children"], group
    assert by_name[school.name]["How the care is: Poor"] == 1


def test_every_step_of_a_return_stands_in_the_trail_with_the_officer(county, officer, pupils):
    made = drawn_up(county, officer)

    returns.take(found=made, by=officer)

    events = AuditEvent.objects.filter(event__startswith="return.").order_by("pk")
    assert list(events.values_list("event", "actor_id", "target_id")) == [
        (event, officer.pk, str(made.public_id))
        for event in ("return.asked", "return.made", "return.fetched")
    ]


def test_the_file_is_gone_after_a_day_and_the_register_stays(county, officer):
    made = drawn_up(county, officer)

    assert returns.expire(now=NOW + timedelta(hours=23)) == 0
    assert returns.expire(now=NOW + timedelta(hours=25)) == 1

    made.refresh_from_db()
    assert (made.state, made.content) == (StatutoryReturn.State.EXPIRED, None)
    with pytest.raises(RefusedError, match="kept for a day"):
        returns.take(found=made, by=officer)


def test_a_return_of_a_day_to_come_is_refused(county, officer):
    with pytest.raises(RefusedError, match="still to come"):
        returns.ask(
            area=county,
            definition="education",
            counted_on=date(2026, 11, 23),
            reference="x",
            by=officer,
            now=NOW,
        )
