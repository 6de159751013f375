"""The evening board, tasks of class teachers, contacts outside the plan, and the clocks."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import SignedInRequest
from accounts.models import User
from accounts.permissions import Perm
from calls import access_board as access
from calls.forms.board import MOVE, NOBODY, ClockForm, ContactForm, OutcomeForm
from calls.models import Call
from calls.selectors import board as board_selectors
from calls.selectors import contacts as contact_selectors
from calls.services import board as board_services
from calls.services import clocks
from core import htmx
from schools import access as school_access
from schools.models import School
from schools.services.errors import RefusedError
from students import access as student_access


@require_safe
def board(request: SignedInRequest) -> HttpResponse:
    """Tonight's telephones and slots; another evening by ?on=, another school by ?school=."""
    now = timezone.now()
    schools = access.board_schools(request.user, on=timezone.localdate(now))
    school = _chosen(schools, request.GET.get("school", ""))
    day = _day(request.GET.get("on", ""), now)
    found = board_selectors.board(request.user, school, day=day, now=now)
    return render(request, "calls/board.html", {"board": found, "schools": schools})


def _again(request: SignedInRequest, call: Call, form: OutcomeForm, now: datetime) -> HttpResponse:
    """The board with what was typed, and what is wrong with it beside the field."""
    day = timezone.localdate(call.starts_at)
    found = board_selectors.board(request.user, call.school, day=day, now=now)
    schools = access.board_schools(request.user, on=timezone.localdate(now))
    context = {"board": found, "schools": schools, "refused": call, "form": form}
    return render(request, "calls/board.html", context, status=422)


def _chosen(schools: list[School], asked: str) -> School:
    return next((one for one in schools if str(one.public_id) == asked), schools[0])


def _day(asked: str, now: datetime) -> date:
    try:
        found = parse_date(asked)
    except ValueError:
        found = None
    return found if found is not None and 2000 <= found.year <= 2200 else timezone.localdate(now)


@require_POST
def outcome(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One tap: how the call went. The answer says what comes next."""
    now = timezone.now()
    call = access.get_call_or_404(request.user, public_id, Perm.CALL_BOARD, on=timezone.localdate(now))
    form = OutcomeForm(request.POST)
    back = f"{reverse('calls:board')}?on={timezone.localdate(call.starts_at)}&school={call.school.public_id}"
    if not form.is_valid():
        return _again(request, call, form, now)
    try:
        messages.success(request, _carry_out(call, form, by=request.user, now=now))
    except RefusedError as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{back}#call-{call.public_id}")


def _carry_out(call: Call, form: OutcomeForm, *, by: User, now: datetime) -> str:
    """One call of the domain; what to say then. Raises RefusedError."""
    asked = form.cleaned_data
    if asked["outcome"] == MOVE:
        moved = board_services.move_on(call=call, by=by, now=now)
        return _("Moved to %(time)s.") % {"time": _time(moved.starts_at)}
    if asked["outcome"] == NOBODY:
        return _said(board_services.Next(tasks=board_services.hand_over(call=call, by=by, now=now)))
    step = board_services.note_outcome(
        call=call,
        number_id=asked["number"],
        outcome=asked["outcome"],
        minutes=asked["minutes"],
        by=by,
        now=now,
    )
    return _said(step)


def _said(step: board_services.Next) -> str:
    """What comes next, in a sentence."""
    if step.contact is not None:
        return _("Noted. Next: %(name)s.") % {"name": step.contact.name}
    if step.retry is not None:
        return _("Noted. Once more at %(time)s this evening.") % {"time": _time(step.retry.starts_at)}
    if step.tasks:
        return _("Noted. Nobody was reached: the class teacher has it now.")
    return _("Noted.")


def _time(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%H:%M}"


@require_safe
def tasks(request: SignedInRequest) -> HttpResponse:
    """Families whom nobody reached: open tasks about this person's pupils."""
    on = timezone.localdate()
    access.board_schools(request.user, on=on)
    page = board_selectors.tasks_page(
        access.visible_tasks(request.user, on=on), cursor=request.GET.get("cursor")
    )
    return render(request, "calls/tasks.html", {"page": page})


@require_POST
def task_done(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Settled in another way."""
    now = timezone.now()
    task = access.get_task_or_404(request.user, public_id, on=timezone.localdate(now))
    board_services.finish_task(task=task, by=request.user, now=now)
    messages.success(request, _("Done."))
    return redirect("calls:tasks")


@require_http_methods(["GET", "POST"])
def contact_new(request: SignedInRequest, student_id: uuid.UUID) -> HttpResponse:
    """Write down a contact outside the plan: who, how, how long; never what was said."""
    now = timezone.now()
    student = student_access.get_student_or_404(
        request.user, student_id, Perm.CALL_BOARD, on=timezone.localdate(now)
    )
    people = list(access.contactable(student))
    form = ContactForm(request.POST if request.method == "POST" else None, people=people, now=now)
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        try:
            board_services.note_contact(
                student=student, person_id=int(fields.pop("person")), by=request.user, now=now, **fields
            )
            messages.success(request, _("Noted."))
            return htmx.redirect(request, "students:detail", student.public_id)
        except RefusedError as refusal:
            form.add_error(refusal.field, str(refusal))
    context = {"student": student, "form": form, "people": people}
    return render(request, "calls/contact_new.html", context, status=422 if form.errors else 200)


@require_safe
def waiting(request: SignedInRequest) -> HttpResponse:
    """Parents of my pupils with whom nobody has talked for long, the longest wait first."""
    on = timezone.localdate()
    access.require_view(request.user, on=on)
    found, page = contact_selectors.waiting_page(request.user, on=on, cursor=request.GET.get("cursor"))
    return render(request, "calls/waiting.html", {"clocks": found, "page": page})


@require_http_methods(["GET", "POST"])
def clock(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    """The school's own days until a parent is due, amber, red."""
    on = timezone.localdate()
    school = school_access.get_school_or_404(request.user, school_id, Perm.CALL_PLAN, on=on)
    limits = contact_selectors.limits_of(school.pk)
    initial = {"due_days": limits.due, "amber_days": limits.amber, "red_days": limits.red}
    form = ClockForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        clocks.set_clock(school=school, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("calls:clock", school.public_id)
    return render(
        request, "calls/clock.html", {"school": school, "form": form}, status=422 if form.errors else 200
    )
