"""The duty rota: the week, adding and cancelling."""

from __future__ import annotations

import uuid
from datetime import date, time

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import SignedInRequest
from accounts.models import User
from accounts.permissions import Perm
from core import asked, htmx
from schools import access, forms, selectors, services
from schools.models import School
from schools.views._forms import answer


@require_safe
def duties(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    """Who is on duty from Monday to Sunday."""
    now = timezone.now()
    on = timezone.localdate(now)
    school = access.get_school_or_404(request.user, school_id, Perm.DUTY_VIEW, on=on)
    week = selectors.duty_week(school, day=asked.day(request, "week") or on)
    context = {
        "week": week,
        "school": school,
        "on": on,
        "now": now,
        "may_plan": access.can(request.user, Perm.DUTY_PLAN, school=school, on=on) is not None,
        "title": _("Duty rota"),
    }
    return render(request, "schools/duties.html", context)


def _home(school: School, day: date | None = None) -> str:
    url = reverse("schools:duties", args=[school.public_id])
    return f"{url}?week={day.isoformat()}" if day else url


@require_http_methods(["GET", "POST"])
def duty_new(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    """Put somebody on duty; it gives them a warden's view of the boarders for as long."""
    now = timezone.now()
    on = timezone.localdate(now)
    school = access.get_school_or_404(request.user, school_id, Perm.DUTY_PLAN, on=on)
    people = [one for one in selectors.people_of(school, on=on) if one != request.user]
    form = forms.DutyForm(
        request.POST if request.method == "POST" else None,
        people=people,
        initial={"day": asked.day(request, "week") or on},
    )

    def plan(*, person: User, day: date, kind: str, begins: time, ends: time) -> None:
        starts_at, ends_at = services.duty_times(day, begins, ends)
        services.plan_duty(
            school=school,
            person=person,
            kind=kind,
            starts_at=starts_at,
            ends_at=ends_at,
            by=request.user,
            now=now,
        )

    back = _home(school, form.cleaned_data.get("day") if form.is_bound and form.is_valid() else None)
    return answer(
        request,
        form,
        plan,
        title=_("Plan a duty"),
        button=_("Plan"),
        back=back,
        done=_("The duty is planned."),
    )


@require_POST
def duty_cancel(request: SignedInRequest, school_id: uuid.UUID, duty_id: uuid.UUID) -> HttpResponse:
    now = timezone.now()
    school = access.get_school_or_404(request.user, school_id, Perm.DUTY_PLAN, on=timezone.localdate(now))
    duty = access.get_duty_or_404(school, duty_id)
    try:
        services.cancel_duty(duty=duty, by=request.user, now=now)
    except services.RefusedError as refusal:
        htmx.toast(request, str(refusal), level=messages.ERROR)
    else:
        htmx.toast(request, _("The duty is cancelled."))
    return redirect(_home(school, timezone.localdate(duty.starts_at)))
