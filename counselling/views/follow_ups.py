"""My promises: the list, one of them, and what becomes of it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import step_up
from accounts.http import SignedInRequest
from core import htmx
from counselling import access
from counselling.forms.talks import HandOverForm, MoveForm
from counselling.models import FollowUp
from counselling.selectors import follow_ups as follow_up_selectors
from counselling.selectors import talks as talk_selectors
from counselling.services import follow_ups


@require_safe
def mine(request: SignedInRequest) -> HttpResponse:
    """My open and my kept promises."""
    now = timezone.now()
    access.require_logging(request.user, on=timezone.localdate(now))
    state = "done" if request.GET.get("state") == "done" else "open"
    page = follow_up_selectors.page_of(request.user, state=state, now=now, cursor=request.GET.get("cursor"))
    context = {"page": page, "state": state, "today": timezone.localdate(now)}
    return render(request, "counselling/follow_ups.html", context)


@require_safe
def quiet(request: SignedInRequest) -> HttpResponse:
    """The quiet-child list: my pupils, the longest without a talk first."""
    now = timezone.now()
    access.require_logging(request.user, on=timezone.localdate(now))
    pupils, page = talk_selectors.quiet_page(request.user, now=now, cursor=request.GET.get("cursor"))
    return render(request, "counselling/quiet.html", {"pupils": pupils, "page": page})


@require_http_methods(["GET", "POST"])
def follow_up(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One promise: the place a reminder leads to. POST gives it another day."""
    now = timezone.now()
    found = access.get_follow_up_or_404(request.user, public_id, on=timezone.localdate(now))
    form = MoveForm(request.POST or None, initial={"due_on": found.due_on})
    if request.method == "POST" and form.is_valid():
        try:
            follow_ups.move(follow_up=found, by=request.user, now=now, **form.cleaned_data)
            messages.success(request, _("Moved; the reminder moves with it."))
            return redirect("counselling:follow_up", found.public_id)
        except (follow_ups.CannotChange, follow_ups.WrongDay) as error:
            form.add_error("due_on", str(error))
    context = {"follow_up": found, "form": form, "today": timezone.localdate(now)}
    return render(request, "counselling/follow_up.html", context, status=422 if form.errors else 200)


@require_safe
def note(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The note of a promise after a closed entry: asked for, noted, and behind the second factor."""
    today = timezone.localdate()
    found = access.get_follow_up_or_404(request.user, public_id, on=today)
    if found.is_closed and not step_up.is_fresh(request):
        return step_up.door(request)
    found = follow_ups.read(follow_up=found, by=request.user)
    form = MoveForm(initial={"due_on": found.due_on})
    context = {"follow_up": found, "form": form, "today": today, "note": found.note}
    return render(request, "counselling/follow_up.html", context)


@require_http_methods(["GET", "POST"])
def hand_over(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The promise of somebody who left, for a colleague to keep."""
    now = timezone.now()
    today = timezone.localdate(now)
    found = access.get_left_behind_or_404(request.user, public_id, on=today)
    form = HandOverForm(request.POST or None, people=access.may_take_over(found, on=today))
    if request.method == "POST" and form.is_valid():
        try:
            follow_ups.hand_over(follow_up=found, to=form.chosen(), by=request.user, now=now)
            messages.success(request, _("Handed over; the reminder goes to the new person."))
            return redirect("counselling:follow_up", found.public_id)
        except follow_ups.CannotChange as error:
            form.add_error(None, str(error))
    context = {"follow_up": found, "form": form, "today": today}
    return render(request, "counselling/hand_over.html", context, status=422 if form.errors else 200)


@require_POST
def done(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Kept. The row answers with its new state; without JavaScript the list comes back."""
    return _end(request, public_id, follow_ups.complete)


@require_POST
def reopen(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Undo "done"."""
    return _end(request, public_id, follow_ups.reopen)


@require_POST
def cancel(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """It no longer stands."""
    return _end(request, public_id, follow_ups.cancel)


def _end(request: SignedInRequest, public_id: uuid.UUID, service) -> HttpResponse:  # type: ignore[no-untyped-def]
    now = timezone.now()
    found = access.get_follow_up_or_404(request.user, public_id, on=timezone.localdate(now))
    try:
        ended: FollowUp = service(follow_up=found, by=request.user, now=now)
    except follow_ups.CannotChange as error:
        messages.error(request, str(error))
        ended = found
    if htmx.asked(request):
        context = {"follow_up": ended, "today": timezone.localdate(now)}
        return render(request, "counselling/_follow_up_row.html", context)
    return redirect("counselling:follow_up", found.public_id)
