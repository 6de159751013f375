"""The school's time: years, terms, holidays and make-up days.

Overlaps are checked with the school's row locked, so that two people at work can't make one together.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from schools.models import School, SchoolClass, SchoolDay, SchoolYear, Term
from schools.services.errors import RefusedError

LONGEST_YEAR = timedelta(days=400)
MOST_DAYS_AT_ONCE = 62


def _lock(school: School) -> None:
    School.objects.select_for_update().get(pk=school.pk)


@transaction.atomic
def add_year(*, school: School, starts_on: date, ends_on: date, by: User | None) -> SchoolYear:
    """Open a school year. Raises RefusedError where it overlaps another."""
    _lock(school)
    year = SchoolYear(school=school, starts_on=starts_on, ends_on=ends_on)
    _check_year(year)
    year.save()
    audit.record("school_year.added", by=by, target=year, starts_on=str(starts_on), ends_on=str(ends_on))
    return year


@transaction.atomic
def edit_year(*, year: SchoolYear, starts_on: date, ends_on: date, by: User) -> SchoolYear:
    """Move a year's first or last day.

    Raises RefusedError where it overlaps another or leaves a term outside.
    """
    _lock(year.school)
    year.starts_on, year.ends_on = starts_on, ends_on
    _check_year(year)
    outside = year.terms.exclude(starts_on__gte=starts_on, ends_on__lte=ends_on).order_by("number").first()
    if outside is not None:
        raise RefusedError(
            _("Term %(number)d would lie outside the year.") % {"number": outside.number}, "ends_on"
        )
    year.save()
    audit.record("school_year.edited", by=by, target=year, starts_on=str(starts_on), ends_on=str(ends_on))
    return year


def _check_year(year: SchoolYear) -> None:
    if year.ends_on <= year.starts_on:
        raise RefusedError(_("The last day must come after the first."), "ends_on")
    if year.ends_on - year.starts_on > LONGEST_YEAR:
        raise RefusedError(_("A school year isn't longer than 400 days."), "ends_on")
    others = SchoolYear.objects.filter(
        school=year.school, starts_on__lte=year.ends_on, ends_on__gte=year.starts_on
    )
    if clash := others.exclude(pk=year.pk).first():
        raise RefusedError(_("It overlaps the year %(year)s.") % {"year": clash}, "starts_on")


@transaction.atomic
def remove_year(*, year: SchoolYear, by: User) -> None:
    """Take away a year made by mistake. Raises RefusedError once it has classes or terms."""
    _lock(year.school)
    if year.terms.exists() or SchoolClass.objects.filter(year=year).exists():
        raise RefusedError(_("This year has terms or classes; it stays."))
    audit.record("school_year.removed", by=by, target=year, starts_on=str(year.starts_on))
    year.delete()


@transaction.atomic
def add_term(*, year: SchoolYear, number: int, starts_on: date, ends_on: date, by: User | None) -> Term:
    """Add a term to a year. Raises RefusedError where it lies outside or overlaps another term."""
    _lock(year.school)
    term = Term(school=year.school, year=year, number=number, starts_on=starts_on, ends_on=ends_on)
    _check_term(term)
    term.save()
    audit.record("term.added", by=by, target=term, starts_on=str(starts_on), ends_on=str(ends_on))
    return term


@transaction.atomic
def edit_term(*, term: Term, number: int, starts_on: date, ends_on: date, by: User) -> Term:
    """Change a term's number or days. Raises RefusedError as add_term does."""
    _lock(term.school)
    term.number, term.starts_on, term.ends_on = number, starts_on, ends_on
    _check_term(term)
    term.save()
    audit.record("term.edited", by=by, target=term, starts_on=str(starts_on), ends_on=str(ends_on))
    return term


def _check_term(term: Term) -> None:
    if term.ends_on <= term.starts_on:
        raise RefusedError(_("The last day must come after the first."), "ends_on")
    if term.starts_on < term.year.starts_on:
        raise RefusedError(_("The year only begins later."), "starts_on")
    if term.ends_on > term.year.ends_on:
        raise RefusedError(_("The year has ended by then."), "ends_on")
    others = Term.objects.filter(year=term.year).exclude(pk=term.pk)
    if others.filter(number=term.number).exists():
        raise RefusedError(_("This year has a term with this number."), "number")
    if clash := others.filter(starts_on__lte=term.ends_on, ends_on__gte=term.starts_on).first():
        raise RefusedError(_("It overlaps term %(number)d.") % {"number": clash.number}, "starts_on")


@transaction.atomic
def remove_term(*, term: Term, by: User) -> None:
    """Take a term away; nothing hangs on it but the counting of school days."""
    audit.record("term.removed", by=by, target=term, starts_on=str(term.starts_on))
    term.delete()


@transaction.atomic
def add_days(
    *, school: School, on: date, until: date | None, kind: str, name: str, by: User | None
) -> list[SchoolDay]:
    """Add a holiday or a make-up day, or a run of them (the National Day week is one entry).

    Raises RefusedError when a day of the run is on the list already: nothing is added then.
    """
    _lock(school)
    until = until or on
    if until < on:
        raise RefusedError(_("The last day can't come before the first."), "until")
    if (until - on).days >= MOST_DAYS_AT_ONCE:
        raise RefusedError(_("That is more than %(n)d days at once.") % {"n": MOST_DAYS_AT_ONCE}, "until")
    if taken := SchoolDay.objects.filter(school=school, on__range=(on, until)).order_by("on").first():
        raise RefusedError(_("%(day)s is on the list already.") % {"day": taken.on}, "on")
    run = [on + timedelta(days=n) for n in range((until - on).days + 1)]
    days = SchoolDay.objects.bulk_create(
        SchoolDay(school=school, on=day, kind=kind, name=name) for day in run
    )
    audit.record(
        "school_days.added",
        by=by,
        school_id=school.pk,
        on=str(on),
        until=str(until),
        kind=kind,
        days=len(days),
    )
    return days


@transaction.atomic
def edit_day(*, day: SchoolDay, kind: str, name: str, by: User) -> SchoolDay:
    """Change what a special day is, or its name; another date is another day."""
    day.kind, day.name = kind, name
    day.save(update_fields=["kind", "name"])
    audit.record("school_day.edited", by=by, target=day, on=str(day.on), kind=kind)
    return day


@transaction.atomic
def remove_day(*, day: SchoolDay, by: User) -> None:
    """The day follows the weekly pattern again."""
    audit.record("school_day.removed", by=by, target=day, on=str(day.on), kind=day.kind)
    day.delete()
