"""The week's calls, and the plans they come from."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import SignedInRequest
from accounts.permissions import Perm
from calls import access
from calls.forms.rota import RotaForm
from calls.models import Rota
from calls.selectors import openings
from calls.selectors import rotas as selectors
from calls.selectors import week as week_selectors
from calls.services import rota as services
from core import htmx
from schools import access as school_access
from schools.forms.fields import EARLIEST, LATEST
from schools.models import School
from schools.services.errors import RefusedError


def _asked_day(request: SignedInRequest, usual: date) -> date:
    try:
        day = parse_date(request.GET.get("day", ""))
    except ValueError:
        return usual
    return day if day is not None and EARLIEST < day < LATEST else usual


@require_safe
def own_week(request: SignedInRequest) -> HttpResponse:
    """The calls of the first school where one may see any."""
    school = school_access.get_own_school_or_403(request.user, Perm.CALL_VIEW, on=timezone.localdate())
    return _week(request, school)


@require_safe
def week(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    """A day of the week: telephones × slots."""
    on = timezone.localdate()
    school = school_access.get_school_or_404(request.user, school_id, Perm.CALL_VIEW, on=on)
    return _week(request, school)


def _week(request: SignedInRequest, school: School) -> HttpResponse:
    on = timezone.localdate()
    day = week_selectors.day_of(school, day=_asked_day(request, on), user=request.user, on=on)
    context = {
        "school": school,
        "week": day,
        "tabs": _tabs(day),
        "may_plan": access.may_plan(request.user, school, on=on),
        "may_change": school_access.can(request.user, Perm.CALL_BOARD, school=school, on=on) is not None,
    }
    return render(request, "calls/week.html", context)


def _tabs(day: week_selectors.Day) -> list[dict[str, Any]]:
    return [
        {
            "label": date_format(one, "D j"),
            "url": f"?day={one.isoformat()}",
            "current": one == day.day,
            "count": day.counts.get(one, 0),
        }
        for one in day.days
    ]


@require_safe
def week_print(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    """The week on paper; the trail says who took it."""
    on = timezone.localdate()
    school = school_access.get_school_or_404(request.user, school_id, Perm.CALL_PLAN, on=on)
    monday = openings.week_of(_asked_day(request, on))
    days = services.print_week(school=school, monday=monday, by=request.user, on=on)
    return render(request, "calls/print.html", {"school": school, "monday": monday, "days": days})


@require_http_methods(["GET", "POST"])
def rotas(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    """Have a week planned; below, the plans so far."""
    now = timezone.now()
    on = timezone.localdate(now)
    school = school_access.get_school_or_404(request.user, school_id, Perm.CALL_PLAN, on=on)
    mondays = services.week_choices(on=on)
    form = RotaForm(
        request.POST if request.method == "POST" else None,
        mondays=mondays,
        initial={"monday": mondays[1].isoformat()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            rota = services.make_rota(school=school, by=request.user, on=on, now=now, **form.cleaned_data)
        except RefusedError as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            return redirect("calls:rota", rota.public_id)
    page = selectors.recent(school, cursor=request.GET.get("cursor"))
    context = {"form": form, "school": school, "page": page}
    return render(request, "calls/rotas.html", context, status=422 if form.errors else 200)


@require_safe
def rota(request: SignedInRequest, rota_id: uuid.UUID) -> HttpResponse:
    """How far it is; then the plan, day by day, and whom it leaves out."""
    on = timezone.localdate()
    found = access.get_rota_or_404(request.user, rota_id, on=on)
    if htmx.target(request) == "rota-progress":
        if found.is_busy:
            return render(request, "calls/_progress.html", {"rota": found})
        return htmx.redirect(request, "calls:rota", found.public_id)
    context: dict[str, Any] = {"rota": found, "school": found.school, "facts": selectors.facts_of(found)}
    if found.state in {Rota.State.PREVIEWED, Rota.State.PUBLISHED}:
        day = _asked_day(request, selectors.first_day(found))
        shown = week_selectors.day_of(found.school, day=day, user=request.user, on=on, rota=found)
        context |= {"week": shown, "tabs": _tabs(shown)}
        context["page"] = selectors.left_out(found, cursor=request.GET.get("cursor"))
    return render(request, "calls/rota.html", context)


@require_POST
def publish(request: SignedInRequest, rota_id: uuid.UUID) -> HttpResponse:
    now = timezone.now()
    on = timezone.localdate(now)
    found = access.get_rota_or_404(request.user, rota_id, on=on)
    try:
        services.publish_rota(rota=found, by=request.user, on=on, now=now)
    except RefusedError as refusal:
        htmx.toast(request, str(refusal), level=messages.ERROR)
        return redirect("calls:rota", found.public_id)
    htmx.toast(request, _("The calls are published."))
    return redirect(f"{_week_url(found)}?day={selectors.first_day(found).isoformat()}")


@require_POST
def withdraw(request: SignedInRequest, rota_id: uuid.UUID) -> HttpResponse:
    now = timezone.now()
    found = access.get_rota_or_404(request.user, rota_id, on=timezone.localdate(now))
    try:
        cancelled = services.withdraw_rota(rota=found, by=request.user, now=now)
    except RefusedError as refusal:
        htmx.toast(request, str(refusal), level=messages.ERROR)
        return redirect("calls:rota", found.public_id)
    htmx.toast(request, _("Withdrawn; calls cancelled: %(count)d.") % {"count": cancelled})
    return redirect("calls:rotas", found.school.public_id)


def _week_url(found: Rota) -> str:
    return reverse("calls:school_week", args=[found.school.public_id])
