"""The roll: tonight's houses, the grid of faces, what is new, closing, paper."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import SignedInRequest
from accounts.permissions import Perm
from core import htmx
from dormitories import access_rolls as access
from dormitories import roll_times as times
from dormitories.forms.leaves import FloorForm, WhereForm
from dormitories.forms.rolls import RollTimesForm
from dormitories.models import RollCall, RollMark
from dormitories.selectors import rolls as selectors
from dormitories.services import printing, roll_marks, roll_settings, rolls
from dormitories.services.refusals import RefusedError
from dormitories.views._forms import answer
from schools import access as school_access

_BIGGEST = 2**31 - 1


@require_safe
def tonight(request: SignedInRequest) -> HttpResponse:
    """This evening's or morning's roll, house by house."""
    now = timezone.now()
    access.require_looking(request.user, on=timezone.localdate(now))
    return render(request, "dormitories/rolls.html", {"tonight": selectors.tonight(request.user, now=now)})


@require_safe
def earlier(request: SignedInRequest) -> HttpResponse:
    """Past rolls."""
    on = timezone.localdate()
    access.require_looking(request.user, on=on)
    page = selectors.earlier(request.user, on=on, cursor=request.GET.get("cursor"))
    return render(request, "dormitories/rolls_earlier.html", {"page": page})


@require_http_methods(["GET", "POST"])
def roll_times(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    """When a school calls its rolls."""
    on = timezone.localdate()
    school = school_access.get_school_or_404(request.user, school_id, Perm.DORM_MANAGE, on=on)
    written = RollTimesForm.written(times.times_of([school.pk])[school.pk])
    return answer(
        request,
        RollTimesForm(request.POST if request.method == "POST" else None, initial=written),
        lambda **data: roll_settings.set_times(school=school, by=request.user, **data),
        title=_("Times of the roll"),
        lead=school.name,
        button_text=_("Save"),
        back=reverse("dormitories:houses"),
        done=_("Saved."),
    )


@require_POST
def roll_open(request: SignedInRequest, house_id: uuid.UUID) -> HttpResponse:
    """Open the roll of a house, or of one floor of it."""
    now = timezone.now()
    house = access.get_house_or_404(request.user, house_id, on=timezone.localdate(now))
    form = FloorForm(request.POST)
    try:
        if not form.is_valid():
            raise RefusedError(_("There is no such floor."))
        floor = form.cleaned_data["floor"]
        roll = rolls.open_roll(building=house, floor=floor, by=request.user, now=now)
    except RefusedError as refusal:
        htmx.toast(request, str(refusal), level=messages.ERROR)
        return redirect("dormitories:rolls")
    return redirect("dormitories:roll", roll.public_id)


@require_safe
def roll(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The grid of faces: a tap means here."""
    now = timezone.now()
    found = access.get_roll_or_404(request.user, public_id, Perm.DORM_VIEW, on=timezone.localdate(now))
    page = selectors.roll_page(request.user, found, now=now)
    return render(request, "dormitories/roll.html", {"page": page, "roll": found, "now": now})


@require_safe
def roll_news(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """What others have marked since; asked every second and a half, and mostly empty (204)."""
    now = timezone.now()
    found = access.get_roll_or_404(request.user, public_id, Perm.DORM_VIEW, on=timezone.localdate(now))
    return _news(request, found, now)


def _news(request: SignedInRequest, found: RollCall, now: datetime) -> HttpResponse:
    news = selectors.news(request.user, found, since=_since(request), now=now)
    if news is None:
        return HttpResponse(status=204)
    return render(request, "dormitories/_roll_news.html", {"page": news, "roll": found, "now": now})


def _since(request: SignedInRequest) -> int:
    """The version that the page shows; whoever says none gets everything."""
    given = request.GET.get("since", "") or request.POST.get("since", "")
    return int(given) if given.isascii() and given.isdigit() and int(given[:12]) <= _BIGGEST else -1


@require_POST
def roll_mark(request: SignedInRequest, public_id: uuid.UUID, number: int) -> HttpResponse:
    """A tap on a face: here."""
    now = timezone.now()
    found = access.get_roll_or_404(request.user, public_id, Perm.ROLL_TAKE, on=timezone.localdate(now))
    mark = access.get_mark_or_404(found, number)
    try:
        roll_marks.mark(
            roll=found, number=mark.number, status=RollMark.Status.PRESENT, by=request.user, now=now
        )
    except RefusedError as refusal:
        htmx.toast(request, str(refusal), level=messages.ERROR)
    return _after_a_mark(request, found, mark, now)


@require_http_methods(["GET", "POST"])
def roll_where(request: SignedInRequest, public_id: uuid.UUID, number: int) -> HttpResponse:
    """Where a pupil is who isn't in the room; also puts a wrong tap right."""
    now = timezone.now()
    found = access.get_roll_or_404(request.user, public_id, Perm.ROLL_TAKE, on=timezone.localdate(now))
    mark = access.get_mark_or_404(found, number)
    form = WhereForm(request.POST if request.method == "POST" else None, initial={"note": mark.note})
    if request.method == "POST" and form.is_valid():
        try:
            roll_marks.mark(roll=found, number=mark.number, **form.cleaned_data, by=request.user, now=now)
        except RefusedError as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            return _after_a_mark(request, found, mark, now)
    return _where(request, {"form": form, "roll": found, "mark": mark, "places": RollMark.Status.choices})


def _where(request: SignedInRequest, context: dict[str, Any]) -> HttpResponse:
    """The dialog, or a page; in the dialog a form that went wrong takes its own place."""
    template = "dormitories/_roll_where.html" if htmx.target(request) else "dormitories/roll_where.html"
    response = render(request, template, context, status=422 if context["form"].errors else 200)
    if response.status_code == 422 and htmx.asked(request):
        response["HX-Retarget"], response["HX-Reswap"] = "#dialog-inner", "outerHTML"
    return response


def _after_a_mark(request: SignedInRequest, found: RollCall, mark: RollMark, now: datetime) -> HttpResponse:
    """The grid with what is new; without JavaScript, the page at that face."""
    if not htmx.asked(request):
        return redirect(f"{reverse('dormitories:roll', args=[found.public_id])}#p{mark.number}")
    fresh = access.get_roll_or_404(request.user, found.public_id, Perm.ROLL_TAKE, on=timezone.localdate(now))
    response = _news(request, fresh, now)
    response["HX-Trigger"] = "kiteline:close"
    return response


@require_POST
def roll_close(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Close it, if everybody is accounted for."""
    now = timezone.now()
    found = access.get_roll_or_404(request.user, public_id, Perm.ROLL_TAKE, on=timezone.localdate(now))
    try:
        rolls.close_roll(roll=found, by=request.user, now=now)
    except RefusedError as refusal:
        page = selectors.roll_page(request.user, found, now=now)
        context = {"page": page, "roll": found, "now": now, "refusal": str(refusal)}
        return render(request, "dormitories/roll.html", context, status=422)
    htmx.toast(request, _("Everybody is accounted for. The roll is closed."))
    return redirect("dormitories:roll", found.public_id)


@require_safe
def roll_print(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The sheet on paper; printing is noted."""
    now = timezone.now()
    found = access.get_roll_or_404(request.user, public_id, Perm.DORM_VIEW, on=timezone.localdate(now))
    page = printing.roll_sheet(roll=found, by=request.user, now=now)
    context = {"page": page, "roll": found, "user": request.user}
    return render(request, "dormitories/roll_print.html", context)
