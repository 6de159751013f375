"""One call by hand: book, move, cancel."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import SignedInRequest
from accounts.permissions import Perm
from calls import access_board
from calls.forms.rota import BookingForm, CancelForm, MoveForm
from calls.models import Call
from calls.selectors import bookings as selectors
from calls.services import bookings as services
from core import htmx
from schools.services.errors import RefusedError
from students import access as student_access


@require_http_methods(["GET", "POST"])
def call_new(request: SignedInRequest, student_id: uuid.UUID) -> HttpResponse:
    """Whom to call, and a free place; `who` is the number's place in the order of calling."""
    now = timezone.now()
    on = timezone.localdate(now)
    student = student_access.get_student_or_404(request.user, student_id, Perm.CALL_BOARD, on=on)
    choice = selectors.booking(student, who=request.GET.get("who", ""), on=on, now=now)
    form: Form = BookingForm(
        request.POST if request.method == "POST" else None, places=choice.places, phones=choice.phones
    )
    if request.method == "POST" and choice.number is not None and form.is_valid():
        starts_at, phone = form.cleaned_data["place"]
        try:
            services.book_call(
                school=student.school,
                students=[student],
                number=choice.number,
                phone=phone,
                starts_at=starts_at,
                by=request.user,
                now=now,
            )
        except RefusedError as refusal:
            form = _refused(form, refusal, BookingForm, choice)
        else:
            htmx.toast(request, _("The call is booked."))
            return redirect("students:detail", student.public_id)
    context = {"student": student, "choice": choice, "people": _tabs(choice), "form": form}
    failed = request.method == "POST" and (form.errors or choice.number is None)
    return render(request, "calls/booking.html", context, status=422 if failed else 200)


def _tabs(choice: selectors.Choice) -> list[dict[str, Any]]:
    return [
        {
            "label": f"{one.name} · {one.relation} · …{one.ending}",
            "url": f"?who={one.who}",
            "current": one.current,
        }
        for one in choice.people
    ]


def _refused(form: Form, refusal: RefusedError, kind: type[BookingForm], choice: selectors.Choice) -> Form:
    """The form again: what was chosen stays, and the places on offer are the ones that are free now."""
    free = refusal.places if isinstance(refusal, services.TakenError) else choice.places
    again = kind(form.data, places=free, phones=choice.phones)
    again.is_valid()
    again.add_error("place" if refusal.field == "place" else None, str(refusal))
    return again


@require_http_methods(["GET", "POST"])
def call_move(request: SignedInRequest, call_id: uuid.UUID) -> HttpResponse:
    """Another place for a planned call."""
    now = timezone.now()
    call = access_board.get_call_or_404(request.user, call_id, Perm.CALL_BOARD, on=timezone.localdate(now))
    choice = selectors.moving(call, now=now)
    form: Form = MoveForm(
        request.POST if request.method == "POST" else None, places=choice.places, phones=choice.phones
    )
    if request.method == "POST" and form.is_valid():
        starts_at, phone = form.cleaned_data["place"]
        reason = form.cleaned_data["reason"]
        try:
            services.move_call(
                call=call, phone=phone, starts_at=starts_at, reason=reason, by=request.user, now=now
            )
        except RefusedError as refusal:
            form = _refused(form, refusal, MoveForm, choice)
        else:
            htmx.toast(request, _("The call is moved."))
            return redirect(_day_url(call))
    return _show(request, call, choice, form)


@require_http_methods(["GET", "POST"])
def call_cancel(request: SignedInRequest, call_id: uuid.UUID) -> HttpResponse:
    """Take a planned call off."""
    now = timezone.now()
    call = access_board.get_call_or_404(request.user, call_id, Perm.CALL_BOARD, on=timezone.localdate(now))
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel_call(call=call, reason=form.cleaned_data["reason"], by=request.user, now=now)
        except RefusedError as refusal:
            htmx.toast(request, str(refusal), level=messages.ERROR)
        else:
            htmx.toast(request, _("The call is cancelled."))
        return redirect(_day_url(call))
    return _show(request, call, None, form)


def _show(request: SignedInRequest, call: Call, choice: Any, form: Form) -> HttpResponse:
    pupils = selectors.known_pupils_of(call, user=request.user, on=timezone.localdate())
    context = {"call": call, "pupils": pupils, "choice": choice, "form": form, "back": _day_url(call)}
    return render(request, "calls/call.html", context, status=422 if form.errors else 200)


def _day_url(call: Call) -> str:
    day = timezone.localdate(call.starts_at)
    return f"{reverse('calls:school_week', args=[call.school.public_id])}?day={day.isoformat()}"
