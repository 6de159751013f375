"""Plans for beds: ask for one, look at it beside today's house, change it, approve it, undo it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import SignedInRequest
from core import htmx
from dormitories import access_plans as access
from dormitories.forms.plans import PlaceForm, PlanForm
from dormitories.models import AllocationPlan, PlannedPlace
from dormitories.selectors import plan_house, plan_score
from dormitories.selectors import plans as selectors
from dormitories.services import plan_approval, plans
from dormitories.services.stays import RefusedError

State = AllocationPlan.State


@require_http_methods(["GET", "POST"])
def bed_plans(request: SignedInRequest) -> HttpResponse:
    """Ask for a plan; below it, the plans so far."""
    now = timezone.now()
    schools = access.planning_schools(request.user, on=timezone.localdate(now))
    form = PlanForm(request.POST if request.method == "POST" else None, schools=schools)
    if request.method == "POST" and form.is_valid():
        try:
            plan = _start(request, form, now)
        except RefusedError as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("dormitories:bed_plan", plan.public_id)
    page = selectors.recent_plans(schools, cursor=request.GET.get("cursor"))
    context = {"form": form, "page": page, "several": len(schools) > 1}
    return render(request, "dormitories/bed_plans.html", context, status=422 if form.errors else 200)


def _start(request: SignedInRequest, form: PlanForm, now: datetime) -> AllocationPlan:
    school, sex = form.chosen_school, form.cleaned_data["sex"]
    houses = plan_house.houses_of_sexes([school.pk]).get(school.pk, {}).get(sex, [])
    return plans.start_plan(
        school=school, sex=sex, houses=houses, ease=form.cleaned_data["ease"], by=request.user, now=now
    )


@require_safe
def bed_plan(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """How far it is, why there is none, or the plan beside today's house."""
    on = timezone.localdate()
    plan = access.get_plan_or_404(request.user, public_id, on=on)
    if htmx.target(request) == "plan-progress":
        if plan.is_busy:
            return render(request, "dormitories/_bed_plan_progress.html", {"plan": plan})
        return htmx.redirect(request, "dormitories:bed_plan", plan.public_id)
    return render(request, "dormitories/bed_plan.html", _page(request, plan, on))


def _page(request: SignedInRequest, plan: AllocationPlan, on: date) -> dict[str, Any]:
    context: dict[str, Any] = {"plan": plan}
    if plan.state == State.IMPOSSIBLE:
        context["conflicts"] = selectors.conflicts_of(plan)
    if plan.state in {State.READY, State.APPROVED, State.UNDONE}:
        tab = "rooms" if request.GET.get("show") == "rooms" else "moves"
        cursor = request.GET.get("cursor")
        show = selectors.rooms_page if tab == "rooms" else selectors.moves_page
        page, lines = show(plan, cursor=cursor)
        moved = selectors.moved_count(plan)
        context |= {"tab": tab, "page": page, "lines": lines, "moved": moved, "tabs": _tabs(tab, moved)}
        context["parts"] = selectors.part_lines(plan)
    if plan.state == State.READY:
        context["standing"] = selectors.standing_of(plan, on=on)
    return context


def _tabs(current: str, moved: int) -> list[dict[str, Any]]:
    return [
        {"label": _("Who moves"), "url": "?show=moves", "current": current == "moves", "count": moved},
        {"label": _("Rooms, beside today"), "url": "?show=rooms", "current": current == "rooms"},
    ]


@require_http_methods(["GET", "POST"])
def bed_plan_change(request: SignedInRequest, public_id: uuid.UUID, student_id: uuid.UUID) -> HttpResponse:
    """Put one pupil into another bed of the plan, and see what that does to the score."""
    on = timezone.localdate()
    plan = access.get_plan_or_404(request.user, public_id, on=on)
    place = selectors.place_of(plan, student_id)
    if place is None:
        raise Http404
    choices = selectors.bed_choices(plan)
    bound = request.POST if request.method == "POST" else None
    form = PlaceForm(bound, choices=choices, initial={"bed": str(place.bed.public_id)})
    if "look" in request.POST and form.is_valid():
        return _score_of_change(request, place, form, on)
    if request.method == "POST" and form.is_valid():
        try:
            points = plan_approval.change_place(
                plan=plan,
                student=place.student,
                bed_id=uuid.UUID(form.cleaned_data["bed"]),
                by=request.user,
                on=on,
            )
        except RefusedError as refusal:
            form.add_error("bed", str(refusal))
        else:
            htmx.toast(request, _("Changed. Points: %(before)d before, %(after)d now.") % points)
            return redirect("dormitories:bed_plan", plan.public_id)
    context = {"form": form, "plan": plan, "place": place}
    return render(request, "dormitories/bed_plan_change.html", context, status=422 if form.errors else 200)


def _score_of_change(
    request: SignedInRequest, place: PlannedPlace, form: PlaceForm, on: date
) -> HttpResponse:
    """What the change would do to the points; nothing is stored yet."""
    score = plan_score.score_of_change(place, uuid.UUID(form.cleaned_data["bed"]), on=on)
    context = {"form": form, "plan": place.plan, "place": place, "score": score, "looked": True}
    only_score = htmx.target(request) == "change-score"
    name = "_bed_plan_score" if only_score else "bed_plan_change"
    return render(request, f"dormitories/{name}.html", context)


@require_POST
def bed_plan_approve(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Yes: from today on the children sleep as planned."""
    now = timezone.now()

    def act(plan: AllocationPlan, on: date) -> str:
        moved = plan_approval.approve_plan(plan=plan, by=request.user, on=on, now=now)
        return ngettext(
            "Approved: %(n)d child sleeps in another bed from today.",
            "Approved: %(n)d children sleep in other beds from today.",
            moved,
        ) % {"n": moved}

    return _act(request, public_id, timezone.localdate(now), act)


@require_POST
def bed_plan_undo(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """No after all: everybody back."""
    now = timezone.now()

    def act(plan: AllocationPlan, on: date) -> str:
        moved = plan_approval.undo_plan(plan=plan, by=request.user, on=on, now=now)
        return ngettext(
            "Undone: %(n)d child has the old bed again.",
            "Undone: %(n)d children have their old beds again.",
            moved,
        ) % {"n": moved}

    return _act(request, public_id, timezone.localdate(now), act)


@require_POST
def bed_plan_drop(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Put it aside; nothing was changed."""

    def act(plan: AllocationPlan, on: date) -> str:
        plans.drop_plan(plan=plan, by=request.user)
        return _("Dropped; nobody moves.")

    return _act(request, public_id, timezone.localdate(), act)


def _act(
    request: SignedInRequest, public_id: uuid.UUID, on: date, act: Callable[[AllocationPlan, date], str]
) -> HttpResponse:
    plan = access.get_plan_or_404(request.user, public_id, on=on)
    try:
        done = act(plan, on)
    except RefusedError as refusal:
        htmx.toast(request, str(refusal), level=messages.ERROR)
    else:
        htmx.toast(request, done)
    return redirect(reverse("dormitories:bed_plan", args=[plan.public_id]))
