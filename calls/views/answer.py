"""The page behind a parent's link: without an account, without a script, light enough for any telephone.

As with invitations, the link itself only moves the token's hash into the session and leads on to an address
that says nothing: addresses of pages that fail are logged. GET shows, POST acts.
"""

from __future__ import annotations

import uuid
from contextlib import AbstractContextManager
from datetime import datetime

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from calls.forms.board import QuietForm
from calls.selectors import answers
from calls.services import parents
from core import tenancy
from reminders import links
from schools.services.errors import RefusedError

_SESSION_KEY = "answers"
_KEPT = 10  # siblings' calls may be open side by side


@login_not_required
@never_cache
@sensitive_variables("token")
@require_safe
@tenancy.program("answer")
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """The link itself; opening it uses nothing up, so a messenger's preview doesn't either."""
    fingerprint = links.fingerprint(token)
    found = links.find(fingerprint)
    if found is None:
        return _gone(request)
    name = str(found.reminder.public_id)
    kept = {**request.session.get(_SESSION_KEY, {}), name: fingerprint.hex()}
    request.session[_SESSION_KEY] = dict(list(kept.items())[-_KEPT:])
    return redirect("calls:answer", found.reminder.public_id)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
@tenancy.program("answer")
def answer(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """GET shows when the call is and what was answered; POST answers, or stops the messages."""
    now = timezone.now()
    fingerprint = request.session.get(_SESSION_KEY, {}).get(str(public_id), "")
    link = links.find(bytes.fromhex(fingerprint)) if fingerprint else None
    if link is None:
        return _gone(request)
    with _language(request, link.reminder.outsider.language):
        status = _act(request, link, now) if request.method == "POST" else 200
        if status == 302:
            return redirect(f"{reverse('calls:answer', args=[public_id])}?lang={translation.get_language()}")
        page = answers.page_of(link, now=now)
        return render(request, "calls/answer.html", {"page": page}, status=status)


def _act(request: HttpRequest, link: links.Link, now: datetime) -> int:
    """The status to answer with: 302 when it worked."""
    said = request.POST.get("answer", "")
    try:
        if said in (parents.STOP, parents.RESUME):
            parents.choose_messages(link=link, wanted=said == parents.RESUME, now=now)
        elif said == parents.QUIET and (form := QuietForm(request.POST)).is_valid():
            parents.choose_quiet_hours(link=link, hours=form.hours, now=now)
        elif said in parents.ANSWERS:
            parents.answer(link=link, said=said, now=now)
        else:
            return 422
    except (links.GoneError, RefusedError):
        return 410
    return 302


def _gone(request: HttpRequest) -> HttpResponse:
    with _language(request, request.LANGUAGE_CODE):
        return render(request, "calls/answer.html", {"page": None}, status=410)


def _language(request: HttpRequest, default: str) -> AbstractContextManager[None]:
    asked = request.GET.get("lang", "")
    return translation.override(asked if asked in dict(settings.LANGUAGES) else default)
