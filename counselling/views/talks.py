"""The quick log, an entry with its versions, corrections, undo."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import step_up
from accounts.http import SignedInRequest
from accounts.permissions import Perm
from core import htmx
from counselling import access, sealing
from counselling.forms.talks import CorrectionForm, TalkForm
from counselling.models import Draft, Session
from counselling.selectors import talks as talk_selectors
from counselling.services import drafts, talks
from students import access as student_access
from students.models import Student


@require_safe
def pick(request: SignedInRequest) -> HttpResponse:
    """Whom did you talk with? My pupils, the longest without a talk first; the finder finds the others."""
    now = timezone.now()
    access.require_logging(request.user, on=timezone.localdate(now))
    pupils, page = talk_selectors.quiet_page(request.user, now=now, cursor=request.GET.get("cursor"))
    return render(request, "counselling/pick.html", {"pupils": pupils, "page": page})


@require_http_methods(["GET", "POST"])
def talk_new(request: SignedInRequest, student_id: uuid.UUID) -> HttpResponse:
    """The quick log: a page of its own, or in the dialog."""
    now = timezone.now()
    today = timezone.localdate(now)
    student = student_access.get_student_or_404(request.user, student_id, Perm.TALK_LOG, on=today)
    draft = None if request.method == "POST" else talk_selectors.draft_for(request.user, student)
    form = _talk_form(request, student, draft, now)
    if request.method == "POST" and form.is_valid():
        linked = access.resolve_pupils(request.user, form.linked_texts(), on=today)
        for name, message in linked.problems.items():
            form.add_error(name, message)
        if form.is_valid() and (session := _log(request, form, student, linked.pupils, now)):
            return _after_saving(request, session, form)
    form.count_readers()
    context = {"form": form, "student": student, "draft": draft, "now": now}
    template = "counselling/_talk_form.html" if htmx.target(request) else "counselling/talk_new.html"
    return render(request, template, context, status=422 if form.errors else 200)


def _talk_form(request: SignedInRequest, student: Student, draft: Draft | None, now: datetime) -> TalkForm:
    today = timezone.localdate(now)
    kept: dict[str, Any] = {
        "topics": talk_selectors.topics_in_use(student.school_id),
        "audience": talk_selectors.Audience(student, request.user, today),
        "today": today,
    }
    if request.method == "POST":
        return TalkForm(request.POST, **kept)
    initial: dict[str, Any] = {"client_id": uuid.uuid4(), "happened_at": timezone.localtime(now)}
    if draft is not None:
        several = {"topics", "named"}
        typed = sealing.open_draft(student, draft)
        initial |= {
            name: values if name in several else values[-1] for name, values in typed.items() if values
        }
    return TalkForm(initial=initial, **kept)


def _log(
    request: SignedInRequest, form: TalkForm, student: Student, linked: dict[Student, str], now: datetime
) -> Session | None:
    try:
        return talks.log_talk(
            student=student,
            client_id=form.cleaned_data["client_id"],
            words=form.words(),
            details=form.details(linked),
            by=request.user,
            now=now,
        )
    except talks.CannotLog as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return None


def _after_saving(request: SignedInRequest, session: Session, form: TalkForm) -> HttpResponse:
    count = len(form.audience.of(session.sensitivity, form.named_users()))
    text = ngettext("Saved. %(n)d person can read it.", "Saved. %(n)d people can read it.", count)
    undo = reverse("counselling:talk_withdraw", args=[session.public_id])
    htmx.toast(request, text % {"n": count}, undo_url=undo)
    if "save_next" in request.POST:
        return htmx.redirect(request, "counselling:pick")
    return htmx.redirect(request, "students:detail", session.student.public_id)


@require_POST
def draft_save(request: SignedInRequest, student_id: uuid.UUID) -> HttpResponse:
    """Keep what is typed, keystroke by keystroke; the answer is empty."""
    now = timezone.now()
    student = student_access.get_student_or_404(
        request.user, student_id, Perm.TALK_LOG, on=timezone.localdate(now)
    )
    try:
        client_id = uuid.UUID(request.POST.get("client_id", ""))
        kept = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
        drafts.save_draft(student=student, client_id=client_id, fields=kept, by=request.user, now=now)
    except (ValueError, drafts.CannotKeep):
        return HttpResponse(status=422)
    return HttpResponse(status=204)


@require_POST
def draft_discard(request: SignedInRequest, student_id: uuid.UUID) -> HttpResponse:
    """Throw my draft about this pupil away."""
    on = timezone.localdate()
    student = student_access.get_student_or_404(request.user, student_id, Perm.TALK_LOG, on=on)
    if draft := talk_selectors.draft_for(request.user, student):
        drafts.discard_draft(draft=draft, by=request.user)
        messages.success(request, _("The draft is gone."))
    return redirect("counselling:talk_new", student.public_id)


@require_safe
def readers(request: SignedInRequest, student_id: uuid.UUID) -> HttpResponse:
    """Who could read an entry of this level with these colleagues named: beside the form, as it changes."""
    today = timezone.localdate()
    student = student_access.get_student_or_404(request.user, student_id, Perm.TALK_LOG, on=today)
    audience = talk_selectors.Audience(student, request.user, today)
    level = request.GET.get("sensitivity", Session.Sensitivity.SCHOOL)
    if level not in audience.levels:
        return HttpResponse(status=422)
    found = audience.of(level, audience.named(request.GET.getlist("named")))
    return render(request, "counselling/_readers.html", {"readers": found})


@require_safe
def talk(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One entry with every version of its words; in the chronology, only the newest.

    A closed one asks for the second factor first.
    """
    session = access.get_session_or_404(request.user, public_id, on=timezone.localdate())
    if session.is_closed and not step_up.is_fresh(request):
        return step_up.door(request, at=f"text-{public_id}" if htmx.target(request) else "")
    texts = talks.read_texts(session=session, by=request.user)
    context = {"session": session, "texts": texts, "is_mine": session.author_id == request.user.pk}
    template = "counselling/_talk_text.html" if htmx.target(request) else "counselling/talk.html"
    return render(request, template, context)


@require_http_methods(["GET", "POST"])
def talk_correct(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Correct my own entry: the earlier version stays."""
    session = access.get_own_session_or_404(request.user, public_id, on=timezone.localdate())
    if request.method == "POST":
        form = CorrectionForm(request.POST)
        if form.is_valid() and _correct(request, form, session):
            return redirect("counselling:talk", session.public_id)
    elif session.is_closed and not step_up.is_fresh(request):
        return step_up.door(request)
    else:
        latest = talks.read_texts(session=session, by=request.user)[0]
        form = CorrectionForm(initial=asdict(talks.words_of(latest)))
    context = {"form": form, "session": session}
    return render(request, "counselling/talk_correct.html", context, status=422 if form.errors else 200)


def _correct(request: SignedInRequest, form: CorrectionForm, session: Session) -> bool:
    try:
        talks.correct_talk(
            session=session,
            words=form.words(),
            reason=form.cleaned_data["reason"],
            by=request.user,
            now=timezone.now(),
        )
    except talks.CannotChange as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("Corrected. Both versions stay readable."))
    return True


@require_POST
def talk_withdraw(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Undo: take back what was saved a moment ago."""
    session = access.get_own_session_or_404(request.user, public_id, on=timezone.localdate())
    try:
        talks.withdraw_talk(session=session, by=request.user, now=timezone.now())
        messages.success(request, _("Taken back."))
    except talks.CannotChange as error:
        messages.error(request, str(error))
    return redirect("students:detail", session.student.public_id)
