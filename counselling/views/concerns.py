"""Reporting a concern, its inbox, and one concern as its readers and its reporter see it."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import step_up
from accounts.http import SignedInRequest
from core import htmx
from counselling import access_concerns as access
from counselling.forms.concerns import CloseForm, ConcernForm, ShareForm, UnshareForm, WordsForm
from counselling.models import Concern
from counselling.selectors import concerns as selectors
from counselling.services import concern_drafts, concern_handling, concerns
from counselling.services.drafts import CannotKeep
from students.models import Student


@require_safe
def inbox(request: SignedInRequest) -> HttpResponse:
    """What waits for me to read, and what became of what I reported."""
    on = timezone.localdate()
    access.require_reporting(request.user, on=on)
    reads = selectors.reads_concerns(request.user, on=on)
    show = request.GET.get("show", "")
    if not reads or show not in selectors.SHOWN:
        show = "open" if reads else "mine"
    page = selectors.concerns_page(request.user, show, on=on, cursor=request.GET.get("cursor"))
    context = {"page": page, "show": show, "reads": reads, "tabs": _tabs(show)}
    return render(request, "counselling/concerns.html", context)


def _tabs(show: str) -> list[dict[str, Any]]:
    labels = {"open": pgettext("concerns", "Open"), "closed": _("Closed"), "mine": _("Reported by me")}
    here = reverse("counselling:concerns")
    return [
        {"label": labels[one], "url": f"{here}?show={one}", "current": one == show} for one in selectors.SHOWN
    ]


@require_http_methods(["GET", "POST"])
def concern_new(request: SignedInRequest) -> HttpResponse:
    """The report: a page of its own, or in the dialog."""
    now = timezone.now()
    on = timezone.localdate(now)
    access.require_reporting(request.user, on=on)
    draft = concern_drafts.open_draft(by=request.user) if request.method == "GET" else None
    form = _form(request, draft, now)
    student = _chosen(request, form, on)
    if student is None:
        form.ask_for_the_pupil()
    if request.method == "POST" and form.is_valid():
        student = student or _named(request, form, on)
        if student is not None and (concern := _report(request, form, student, now)):
            return _after_reporting(request, concern, on)
    school = student.school if student else selectors.school_of(request.user, on=on)
    context = {
        "form": form,
        "student": student,
        "draft": draft,
        "destination": selectors.destination(school, on=on),
    }
    template = "counselling/_concern_form.html" if htmx.target(request) else "counselling/concern_new.html"
    return render(request, template, context, status=422 if form.errors else 200)


def _form(request: SignedInRequest, draft: concern_drafts.OpenDraft | None, now: datetime) -> ConcernForm:
    on = timezone.localdate(now)
    kept = {
        "classes": selectors.classes(request.user, on=on),
        "colleagues": access.colleagues(request.user, on=on),
    }
    if request.method == "POST":
        return ConcernForm(request.POST, **kept)
    initial: dict[str, Any] = {"client_id": uuid.uuid4(), "happened_at": timezone.localtime(now)}
    if draft is not None:
        initial |= {name: values[-1] for name, values in draft.fields.items() if values}
    if "student" in request.GET:
        initial["student"] = request.GET["student"]
    return ConcernForm(initial=initial, **kept)


def _chosen(request: SignedInRequest, form: ConcernForm, on: date) -> Student | None:
    """The child whose page led here; whoever may not know of them must name them instead."""
    try:
        asked = uuid.UUID(str(form["student"].value() or ""))
    except ValueError:
        return None
    return access.get_named_pupil(request.user, asked, on=on)


def _named(request: SignedInRequest, form: ConcernForm, on: date) -> Student | None:
    """Looked up only when all the rest is right: trying names out costs a report each."""
    data = form.cleaned_data
    chosen = data["school_class"].pk if data["school_class"] else None
    found = access.find_pupils(request.user, data["pupil"], chosen, on=on)
    if len(found) == 1:
        return found[0]
    if found:
        form.add_error("pupil", _("Several pupils have this name. Type the school number."))
    else:
        form.add_error(
            "pupil", _("Not found. Type the full name and choose the class, or the school number.")
        )
    return None


def _report(request: SignedInRequest, form: ConcernForm, student: Student, now: datetime) -> Concern | None:
    try:
        return concerns.report_concern(
            student=student,
            client_id=form.cleaned_data["client_id"],
            words=form.words(),
            details=form.details(),
            by=request.user,
            now=now,
        )
    except concerns.CannotReport as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return None


def _after_reporting(request: SignedInRequest, concern: Concern, on: date) -> HttpResponse:
    count = len(access.readers(concern, on=on))
    if count:
        text = ngettext("Sent. %(n)d person can read it.", "Sent. %(n)d people can read it.", count)
        htmx.toast(request, text % {"n": count})
    else:
        text = _("Kept, but nobody in your school can read it yet. Tell the police or the bureau yourself.")
        htmx.toast(request, text, level=messages.WARNING)
    return htmx.redirect(request, "counselling:concern", concern.public_id)


@require_POST
def draft_save(request: SignedInRequest) -> HttpResponse:
    """Keep what is typed, keystroke by keystroke; the answer is empty."""
    now = timezone.now()
    access.require_reporting(request.user, on=timezone.localdate(now))
    try:
        client_id = uuid.UUID(request.POST.get("client_id", ""))
        kept = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
        school = selectors.school_of(request.user, on=timezone.localdate(now))
        concern_drafts.save_draft(school=school, client_id=client_id, fields=kept, by=request.user, now=now)
    except (ValueError, CannotKeep):
        return HttpResponse(status=422)
    return HttpResponse(status=204)


@require_POST
def draft_discard(request: SignedInRequest) -> HttpResponse:
    """Throw my unfinished report away."""
    access.require_reporting(request.user, on=timezone.localdate())
    if concern_drafts.discard_drafts(by=request.user):
        messages.success(request, _("The draft is gone."))
    return redirect("counselling:concern_new")


@require_safe
def concern(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One concern: for readers what it is and what to do with it, for its reporter what became of it."""
    on = timezone.localdate()
    found = access.get_concern_or_404(request.user, public_id, on=on)
    return _concern_page(request, found, on)


def _concern_page(
    request: SignedInRequest,
    found: Concern,
    on: date,
    *,
    close_form: CloseForm | None = None,
    share_form: ShareForm | None = None,
    add_form: WordsForm | None = None,
) -> HttpResponse:
    page = selectors.concern_page(request.user, found, on=on)
    sent = [form for form in (close_form, share_form, add_form) if form is not None]
    context = {
        "concern": found,
        "page": page,
        "close_form": close_form or CloseForm(),
        "share_form": share_form or ShareForm(people=access.to_share_with(found, on=on)),
        "add_form": add_form or WordsForm(initial={"client_id": uuid.uuid4()}),
    }
    return render(request, "counselling/concern.html", context, status=422 if sent else 200)


@require_safe
@step_up.required
def concern_text(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The words: all of them for a reader, for the reporter their own of the last day. This is noted."""
    now = timezone.now()
    found = access.get_concern_or_404(request.user, public_id, on=timezone.localdate(now))
    texts = concerns.read_text(concern=found, by=request.user, now=now)
    context = {"concern": found, "texts": texts}
    template = "counselling/_concern_text.html" if htmx.target(request) else "counselling/concern_text.html"
    return render(request, template, context)


@require_POST
def concern_add(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Add to a report: its reporter or a reader."""
    now = timezone.now()
    on = timezone.localdate(now)
    found = access.get_concern_or_404(request.user, public_id, on=on)
    form = WordsForm(request.POST)
    if form.is_valid():
        try:
            concerns.add_text(
                concern=found,
                client_id=form.cleaned_data["client_id"],
                words=form.words(),
                by=request.user,
                now=now,
            )
            htmx.toast(request, _("Added."))
            return redirect("counselling:concern", found.public_id)
        except concerns.CannotAdd as error:
            form.add_error(None, str(error))
    return _concern_page(request, found, on, add_form=form)


@require_POST
def concern_acknowledge(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    now = timezone.now()
    found = access.get_handled_or_404(request.user, public_id, on=timezone.localdate(now))
    concern_handling.acknowledge(concern=found, by=request.user, now=now)
    htmx.toast(request, _("Marked as seen. Whoever reported it sees that."))
    return redirect("counselling:concern", found.public_id)


@require_POST
def concern_look_into(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    now = timezone.now()
    found = access.get_handled_or_404(request.user, public_id, on=timezone.localdate(now))
    concern_handling.look_into(concern=found, by=request.user, now=now)
    htmx.toast(request, _("Whoever reported it sees that you are looking into it."))
    return redirect("counselling:concern", found.public_id)


@require_POST
def concern_close(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    now = timezone.now()
    on = timezone.localdate(now)
    found = access.get_handled_or_404(request.user, public_id, on=on)
    form = CloseForm(request.POST)
    if not form.is_valid():
        return _concern_page(request, found, on, close_form=form)
    outcome = form.cleaned_data["outcome"]
    concern_handling.close(concern=found, outcome=outcome, by=request.user, now=now)
    htmx.toast(request, _("Closed. Whoever reported it sees what came of it."))
    return redirect("counselling:concern", found.public_id)


@require_POST
def concern_share(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Let one colleague read this one concern."""
    now = timezone.now()
    on = timezone.localdate(now)
    found = access.get_handled_or_404(request.user, public_id, on=on)
    form = ShareForm(request.POST, people=access.to_share_with(found, on=on))
    if form.is_valid():
        try:
            colleague = form.cleaned_data["colleague"]
            concern_handling.share(concern=found, colleague=colleague, by=request.user, now=now)
            htmx.toast(request, _("%(name)s can read it now.") % {"name": colleague.name})
            return redirect("counselling:concern", found.public_id)
        except concern_handling.CannotShare as error:
            form.add_error("colleague", str(error))
    return _concern_page(request, found, on, share_form=form)


@require_POST
def concern_unshare(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take a share back."""
    now = timezone.now()
    found = access.get_handled_or_404(request.user, public_id, on=timezone.localdate(now))
    form = UnshareForm(request.POST)
    if form.is_valid():
        share = access.get_share_or_404(found, form.cleaned_data["share"])
        concern_handling.unshare(share=share, by=request.user, now=now)
        htmx.toast(request, _("Taken back: they can't read it any more."))
    return redirect("counselling:concern", found.public_id)
