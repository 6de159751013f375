"""School years, terms, holidays, make-up days."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from schools import selectors, services
from schools.models import SchoolDay, SchoolYear, Term
from tests import factories

YEAR = date(2026, 9, 1)


@pytest.fixture
def year(school) -> SchoolYear:
    return factories.make_year(school)


def url(name: str, school, *args) -> str:
    return reverse(f"schools:{name}", args=[school.public_id, *args])


# --- is there school? ----------------------------------------------------------------------------
MONDAY, SATURDAY, SUNDAY = date(2026, 11, 23), date(2026, 11, 28), date(2026, 11, 29)


def test_weekdays_are_school_days_and_weekends_arent(school):
    assert selectors.is_school_day(school, MONDAY)
    assert not selectors.is_school_day(school, SATURDAY)
    assert not selectors.is_school_day(school, SUNDAY)


def test_a_holiday_beats_a_weekday_and_a_make_up_day_a_weekend(school, other_school):
    factories.make_school_day(school, MONDAY, kind="holiday")
    factories.make_school_day(school, SATURDAY, kind="make_up")

    assert not selectors.is_school_day(school, MONDAY)
    assert selectors.is_school_day(school, SATURDAY)
    assert selectors.is_school_day(other_school, MONDAY)


def test_once_terms_are_entered_days_between_them_are_free(school, year):
    factories.make_term(year)

    assert selectors.is_school_day(school, MONDAY)
    assert not selectors.is_school_day(school, date(2027, 2, 1))


def test_a_make_up_day_counts_even_outside_the_terms(school, year):
    factories.make_term(year)
    factories.make_school_day(school, date(2027, 1, 30), kind="make_up")

    assert selectors.is_school_day(school, date(2027, 1, 30))


# --- years and terms -----------------------------------------------------------------------------
def test_a_year_is_added_by_form_and_shown(client, school, school_admin):
    client.force_login(school_admin)

    response = client.post(url("year_new", school), {"starts_on": "2026-09-01", "ends_on": "2027-08-31"})

    assert response["Location"] == url("calendar", school)
    assert "2026–2027" in client.get(url("calendar", school)).content.decode()


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "field"),
    [
        ("2027-09-01", "2027-09-01", "ends_on"),
        ("2027-09-01", "2029-09-01", "ends_on"),
        ("2027-08-31", "2028-08-30", "starts_on"),
        ("1026-09-01", "1027-08-31", "starts_on"),
        ("9999-09-01", "9999-12-31", "starts_on"),
        ("yesterday", "", "starts_on"),
    ],
)
def test_a_year_that_cant_be_is_refused_beside_its_field(
    client, year, school_admin, starts_on, ends_on, field
):
    client.force_login(school_admin)

    response = client.post(url("year_new", year.school), {"starts_on": starts_on, "ends_on": ends_on})

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert starts_on in response.content.decode()
    assert SchoolYear.objects.count() == 1


def test_a_year_cant_shrink_below_its_terms(school_admin, year):
    factories.make_term(year)

    with pytest.raises(services.RefusedError, match="Term 1"):
        services.edit_year(year=year, starts_on=YEAR, ends_on=date(2026, 12, 31), by=school_admin)


def test_a_year_made_by_mistake_goes_and_one_in_use_stays(client, school, school_admin, year):
    factories.make_class(school)
    empty = factories.make_year(school, starts_on=date(2027, 9, 1))
    client.force_login(school_admin)

    client.post(url("year_remove", school, empty.starts_on))
    client.post(url("year_remove", school, year.starts_on))

    assert list(SchoolYear.objects.all()) == [year]


@pytest.mark.parametrize(
    ("number", "starts_on", "ends_on", "field"),
    [
        ("2", "2026-08-31", "2026-12-01", "starts_on"),
        ("2", "2027-02-20", "2027-09-01", "ends_on"),
        ("2", "2027-01-20", "2027-07-10", "starts_on"),
        ("1", "2027-02-20", "2027-07-10", "number"),
        ("9", "2027-02-20", "2027-07-10", "number"),
    ],
)
def test_a_term_that_cant_be_is_refused_beside_its_field(
    client, year, school_admin, number, starts_on, ends_on, field
):
    factories.make_term(year)
    client.force_login(school_admin)
    data = {"number": number, "starts_on": starts_on, "ends_on": ends_on}

    response = client.post(url("term_new", year.school, year.starts_on), data)

    assert response.status_code == 422
    assert field in response.context["form"].errors


def test_a_term_is_changed_and_removed(client, year, school_admin):
    factories.make_term(year)
    client.force_login(school_admin)
    data = {"number": 1, "starts_on": "2026-09-01", "ends_on": "2027-01-15"}

    client.post(url("term_edit", year.school, year.starts_on, 1), data)
    assert Term.objects.get().ends_on == date(2027, 1, 15)
    client.post(url("term_remove", year.school, year.starts_on, 1))

    assert not Term.objects.exists()


# --- special days --------------------------------------------------------------------------------
def test_a_week_of_holidays_is_one_entry_and_one_line(client, school, year, school_admin):
    client.force_login(school_admin)
    data = {"on": "2026-10-01", "until": "2026-10-07", "kind": "holiday", "name": "National Day"}

    client.post(url("day_new", school), data)

    assert SchoolDay.objects.count() == 7
    runs = selectors.calendar(school, on=YEAR).runs
    assert [(run.first.on, run.last.on) for run in runs] == [(date(2026, 10, 1), date(2026, 10, 7))]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"on": "2026-10-01"}, "on"),
        ({"on": "2026-10-02", "until": "2026-10-01"}, "until"),
        ({"on": "2026-11-01", "until": "2027-11-01"}, "until"),
        ({"on": "2026-11-01", "kind": "party"}, "kind"),
        ({"on": "2026-11-01", "name": "x" * 41}, "name"),
        ({"on": "2026-11-01", "name": "a\x00b"}, "name"),
    ],
)
def test_a_day_that_cant_be_is_refused_beside_its_field(client, school, school_admin, data, field):
    factories.make_school_day(school, date(2026, 10, 1))
    client.force_login(school_admin)

    response = client.post(url("day_new", school), {"kind": "holiday", "name": "", **data})

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert SchoolDay.objects.count() == 1


def test_a_day_is_changed_and_removed(client, school, school_admin):
    day = factories.make_school_day(school, date(2026, 10, 10), kind="make_up")
    client.force_login(school_admin)

    client.post(url("day_edit", school, day.on), {"kind": "holiday", "name": "Rain"})
    day.refresh_from_db()
    assert (day.kind, day.name) == ("holiday", "Rain")
    client.post(url("day_remove", school, day.on))

    assert not SchoolDay.objects.exists()


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "0000-01-01", "99999-01-01", "today"])
def test_what_is_no_day_is_no_address(client, school, school_admin, day):
    client.force_login(school_admin)

    assert client.get(f"/school/{school.public_id}/calendar/days/{day}/").status_code == 404


@pytest.mark.parametrize("asked", ["2025-09-01", "never", "2026-99-99", "\x00"])
def test_an_unknown_year_in_the_address_shows_the_present_one(client, school, year, school_admin, asked):
    client.force_login(school_admin)

    response = client.get(url("calendar", school), {"year": asked})

    assert response.context["page"].year == year


def test_a_teacher_reads_the_calendar_and_changes_nothing(client, school, year, homeroom_teacher, stranger):
    client.force_login(homeroom_teacher)
    page = client.get(url("calendar", school))
    assert page.status_code == 200
    assert "Add a day" not in page.content.decode()
    assert client.get(url("day_new", school)).status_code == 403
    client.force_login(stranger)

    assert client.get(url("calendar", school)).status_code == 404
