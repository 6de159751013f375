"""Years, terms, holidays and make-up days."""

from __future__ import annotations

import uuid
from datetime import date
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import SignedInRequest
from accounts.permissions import Perm
from core import htmx
from schools import access, forms, selectors, services
from schools.models import School
from schools.views._forms import answer


@require_safe
def calendar(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    """One school year: its terms and the days that differ from the weekly pattern."""
    on = timezone.localdate()
    school = access.get_school_or_404(request.user, school_id, Perm.SCHOOL_VIEW, on=on)
    page = selectors.calendar(school, on=on, starts_on=_asked_year(request))
    may_manage = access.can(request.user, Perm.SCHOOL_MANAGE, school=school, on=on) is not None
    tabs = [
        {
            "label": str(year),
            "url": f"?year={year.starts_on.isoformat()}",
            "current": year == page.year,
        }
        for year in page.years
    ]
    context = {"page": page, "school": school, "tabs": tabs, "may_manage": may_manage, "on": on}
    return render(request, "schools/calendar.html", {**context, "title": _("Calendar")})


def _asked_year(request: SignedInRequest) -> date | None:
    try:
        return parse_date(request.GET.get("year", ""))
    except ValueError:
        return None


def _home(school: School, year: date | None = None) -> str:
    url = reverse("schools:calendar", args=[school.public_id])
    return f"{url}?year={year.isoformat()}" if year else url


@require_http_methods(["GET", "POST"])
def year_new(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    on = timezone.localdate()
    school = access.get_school_or_404(request.user, school_id, Perm.SCHOOL_MANAGE, on=on)
    return answer(
        request,
        forms.YearForm(request.POST or None),
        partial(services.add_year, school=school, by=request.user),
        title=_("A new school year"),
        button=_("Add the year"),
        back=_home(school),
        done=_("The school year is added."),
    )


@require_http_methods(["GET", "POST"])
def year_edit(request: SignedInRequest, school_id: uuid.UUID, year: date) -> HttpResponse:
    found = access.get_year_or_404(request.user, school_id, year, Perm.SCHOOL_MANAGE, on=timezone.localdate())
    own = {"starts_on": found.starts_on, "ends_on": found.ends_on}
    return answer(
        request,
        forms.YearForm(request.POST or None, initial=own),
        partial(services.edit_year, year=found, by=request.user),
        title=_("School year %(year)s") % {"year": found},
        button=_("Save"),
        back=_home(found.school),
        done=_("The school year is changed."),
        remove_url=reverse("schools:year_remove", args=[school_id, year]),
        remove_text=_("Remove this year"),
    )


@require_POST
def year_remove(request: SignedInRequest, school_id: uuid.UUID, year: date) -> HttpResponse:
    found = access.get_year_or_404(request.user, school_id, year, Perm.SCHOOL_MANAGE, on=timezone.localdate())
    try:
        services.remove_year(year=found, by=request.user)
    except services.RefusedError as refusal:
        htmx.toast(request, str(refusal), level=messages.ERROR)
    else:
        htmx.toast(request, _("The school year is removed."))
    return redirect(_home(found.school))


@require_http_methods(["GET", "POST"])
def term_new(request: SignedInRequest, school_id: uuid.UUID, year: date) -> HttpResponse:
    found = access.get_year_or_404(request.user, school_id, year, Perm.SCHOOL_MANAGE, on=timezone.localdate())
    return answer(
        request,
        forms.TermForm(request.POST or None),
        partial(services.add_term, year=found, by=request.user),
        title=_("A new term in %(year)s") % {"year": found},
        button=_("Add the term"),
        back=_home(found.school, year),
        done=_("The term is added."),
    )


@require_http_methods(["GET", "POST"])
def term_edit(request: SignedInRequest, school_id: uuid.UUID, year: date, number: int) -> HttpResponse:
    term = access.get_term_or_404(
        request.user, school_id, year, number, Perm.SCHOOL_MANAGE, on=timezone.localdate()
    )
    own = {"number": term.number, "starts_on": term.starts_on, "ends_on": term.ends_on}
    return answer(
        request,
        forms.TermForm(request.POST or None, initial=own),
        partial(services.edit_term, term=term, by=request.user),
        title=str(term),
        button=_("Save"),
        back=_home(term.school, year),
        done=_("The term is changed."),
        remove_url=reverse("schools:term_remove", args=[school_id, year, number]),
        remove_text=_("Remove this term"),
    )


@require_POST
def term_remove(request: SignedInRequest, school_id: uuid.UUID, year: date, number: int) -> HttpResponse:
    term = access.get_term_or_404(
        request.user, school_id, year, number, Perm.SCHOOL_MANAGE, on=timezone.localdate()
    )
    services.remove_term(term=term, by=request.user)
    htmx.toast(request, _("The term is removed."))
    return redirect(_home(term.school, year))


@require_http_methods(["GET", "POST"])
def day_new(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    on = timezone.localdate()
    school = access.get_school_or_404(request.user, school_id, Perm.SCHOOL_MANAGE, on=on)
    return answer(
        request,
        forms.DaysForm(request.POST or None, initial={"kind": "holiday"}),
        partial(services.add_days, school=school, by=request.user),
        title=_("A holiday or a make-up day"),
        button=_("Add"),
        back=_home(school),
        done=_("The calendar is changed."),
    )


@require_http_methods(["GET", "POST"])
def day_edit(request: SignedInRequest, school_id: uuid.UUID, day: date) -> HttpResponse:
    found = access.get_day_or_404(request.user, school_id, day, Perm.SCHOOL_MANAGE, on=timezone.localdate())
    return answer(
        request,
        forms.DayForm(request.POST or None, initial={"kind": found.kind, "name": found.name}),
        partial(services.edit_day, day=found, by=request.user),
        title=_("Day"),
        lead=found.on,
        button=_("Save"),
        back=_home(found.school),
        done=_("The calendar is changed."),
        remove_url=reverse("schools:day_remove", args=[school_id, day]),
        remove_text=_("Remove this day"),
    )


@require_POST
def day_remove(request: SignedInRequest, school_id: uuid.UUID, day: date) -> HttpResponse:
    found = access.get_day_or_404(request.user, school_id, day, Perm.SCHOOL_MANAGE, on=timezone.localdate())
    services.remove_day(day=found, by=request.user)
    htmx.toast(request, _("The day follows the weekly pattern again."))
    return redirect(_home(found.school))
