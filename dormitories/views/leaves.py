"""Leave: asking, today's movements, answering, the gate."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

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
from dormitories import access_leave as access
from dormitories.forms import leaves as forms
from dormitories.models import Leave
from dormitories.selectors import leaves as selectors
from dormitories.services import leaves
from dormitories.services.refusals import RefusedError
from students import access as student_access
from students.models import Student


@require_safe
def movements(request: SignedInRequest) -> HttpResponse:
    """Who goes out today, who is out, who waits for an answer, who is back."""
    now = timezone.now()
    access.require_seeing(request.user, on=timezone.localdate(now))
    tab = request.GET.get("show", "")
    tab = tab if tab in selectors.TABS else selectors.TABS[0]
    found = selectors.movements(request.user, tab=tab, now=now, cursor=request.GET.get("cursor"))
    words = {
        "today": _("Going out today"),
        "out": _("Out"),
        "waiting": _("To answer"),
        "back": _("Back today"),
    }
    tabs = [{"label": words[one], "url": f"?show={one}", "current": one == tab} for one in selectors.TABS]
    return render(request, "dormitories/leaves.html", {"found": found, "tabs": tabs, "now": now})


@require_http_methods(["GET", "POST"])
def leave_new(request: SignedInRequest, student_id: uuid.UUID) -> HttpResponse:
    """Ask for a boarder's leave."""
    now = timezone.now()
    on = timezone.localdate(now)
    student = student_access.get_student_or_404(request.user, student_id, Perm.LEAVE_ASK, on=on)
    form = _form(request, student, now)
    if request.method == "POST" and form.is_valid():
        try:
            leave = leaves.ask(student=student, details=form.details(), by=request.user, now=now)
        except RefusedError as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            htmx.toast(request, _("Asked. Two people approve it: one for the class, one for the house."))
            return htmx.redirect(request, "dormitories:leave", leave.public_id)
    context = {"form": form, "student": student}
    template = "dormitories/_leave_form.html" if htmx.target(request) else "dormitories/leave_new.html"
    return render(request, template, context, status=422 if form.errors else 200)


def _form(request: SignedInRequest, student: Student, now: datetime) -> forms.LeaveForm:
    collectors = access.collectors_of(student)
    if request.method == "POST":
        return forms.LeaveForm(request.POST, collectors=collectors)
    initial = {
        "kind": Leave.Kind.HOURS,
        "leaves_at": forms.in_minutes(now),
        "due_back_at": forms.in_minutes(now + timedelta(hours=4)),
        "collector": str(collectors[0].pk) if collectors else "",
    }
    return forms.LeaveForm(initial=initial, collectors=collectors)


@require_safe
def leave(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One leave: where a reminder leads to."""
    now = timezone.now()
    found = access.get_leave_or_404(request.user, public_id, None, on=timezone.localdate(now))
    return _page(request, found, forms.RefuseForm(), now)


def _page(request: SignedInRequest, found: Leave, form: forms.RefuseForm, now: datetime) -> HttpResponse:
    context = {
        "page": selectors.leave_page(request.user, found, now=now),
        "leave": found,
        "form": form,
        "now": now,
    }
    return render(request, "dormitories/leave.html", context, status=422 if form.errors else 200)


@require_POST
def leave_approve(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One of the two approvals."""
    now = timezone.now()
    on = timezone.localdate(now)
    found = access.get_leave_or_404(request.user, public_id, Perm.LEAVE_APPROVE, on=on)
    sides = access.sides_of(request.user, found, on=on)
    try:
        done = leaves.approve(leave=found, sides=sides, by=request.user, now=now)
    except RefusedError as refusal:
        htmx.toast(request, str(refusal), level=messages.ERROR)
    else:
        whole = _("Approved by two people: the child may go.")
        htmx.toast(request, whole if done.is_approved else _("Approved. One more person has to."))
    return redirect("dormitories:leave", found.public_id)


@require_POST
def leave_refuse(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """No, and why."""
    now = timezone.now()
    on = timezone.localdate(now)
    found = access.get_leave_or_404(request.user, public_id, Perm.LEAVE_APPROVE, on=on)
    form = forms.RefuseForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, now)
    try:
        leaves.refuse(leave=found, why=form.cleaned_data["why"], by=request.user, now=now)
    except RefusedError as refusal:
        htmx.toast(request, str(refusal), level=messages.ERROR)
    else:
        htmx.toast(request, _("Refused; whoever asked sees it."))
    return redirect("dormitories:leave", found.public_id)


@require_POST
def leave_cancel(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The child stays after all."""
    now = timezone.now()
    found = access.get_leave_or_404(request.user, public_id, Perm.LEAVE_ASK, on=timezone.localdate(now))
    try:
        leaves.cancel(leave=found, by=request.user, now=now)
    except RefusedError as refusal:
        htmx.toast(request, str(refusal), level=messages.ERROR)
    else:
        htmx.toast(request, _("Called off."))
    return redirect("dormitories:leave", found.public_id)


@require_POST
def leave_out(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Out through the gate: one tap."""
    return _gate(request, public_id, leaves.go_out, _("Out."))


@require_POST
def leave_back(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Back: one tap."""
    return _gate(request, public_id, leaves.come_back, _("Back."))


@require_POST
def leave_undo(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The last tap was a mistake."""
    return _gate(request, public_id, leaves.undo_gate, "")


def _gate(
    request: SignedInRequest, public_id: uuid.UUID, service: Callable[..., Leave], said: str
) -> HttpResponse:
    """The row answers with its new state; without JavaScript the leave's page comes back."""
    now = timezone.now()
    found = access.get_leave_or_404(request.user, public_id, Perm.LEAVE_GATE, on=timezone.localdate(now))
    undo_url = reverse("dormitories:leave_undo", args=[public_id])
    try:
        found = service(leave=found, by=request.user, now=now)
    except RefusedError as refusal:
        htmx.toast(request, str(refusal), level=messages.ERROR)
    else:
        if said:
            htmx.toast(request, said, undo_url=undo_url)
    if htmx.target(request).startswith("leave-"):
        row = selectors.row_of(request.user, found, now=now)
        return render(request, "dormitories/_leave_row.html", {"row": row, "now": now})
    return htmx.redirect(request, "dormitories:leave", public_id)
