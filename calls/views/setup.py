"""Telephones, weekly windows, days that differ."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import SignedInRequest
from accounts.permissions import Perm
from calls import access
from calls.forms import setup as forms
from calls.selectors import setup as selectors
from calls.services import phones as services
from core import htmx
from schools import access as school_access
from schools.models import School
from schools.services.errors import RefusedError
from schools.views._forms import answer


def _school(request: SignedInRequest, school_id: uuid.UUID) -> School:
    on = timezone.localdate()
    return school_access.get_school_or_404(request.user, school_id, Perm.CALL_PLAN, on=on)


def _home(school: School) -> str:
    return reverse("calls:phones", args=[school.public_id])


@require_safe
def phones(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    """What there is, and when it's open."""
    school = _school(request, school_id)
    page = selectors.setup(school, on=timezone.localdate())
    return render(request, "calls/phones.html", {"school": school, "page": page})


@require_http_methods(["GET", "POST"])
def phone_new(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    school = _school(request, school_id)
    return answer(
        request,
        forms.PhoneForm(request.POST if request.method == "POST" else None),
        partial(services.add_phone, school=school, by=request.user, on=timezone.localdate()),
        title=_("Add a telephone"),
        button=_("Add"),
        back=_home(school),
        done=_("The telephone is in use."),
    )


@require_http_methods(["GET", "POST"])
def window_new(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    """The same hours on one or several weekdays."""
    school = _school(request, school_id)
    return answer(
        request,
        forms.WindowForm(
            request.POST if request.method == "POST" else None, phones=selectors.phones_in_use(school)
        ),
        partial(services.add_windows, school=school, by=request.user, on=timezone.localdate()),
        title=_("Open the telephones"),
        button=pgettext("telephones", "Open"),
        back=_home(school),
        done=_("The hours are set."),
    )


@require_http_methods(["GET", "POST"])
def exception_new(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    """A day that is closed, or has other hours."""
    school = _school(request, school_id)
    return answer(
        request,
        forms.ExceptionForm(request.POST if request.method == "POST" else None),
        partial(services.set_exception, school=school, by=request.user, today=timezone.localdate()),
        title=_("A day that differs"),
        button=_("Save"),
        back=_home(school),
        done=_("The day is noted."),
    )


def _do(request: SignedInRequest, school: School, act: Any, done: str) -> HttpResponse:
    try:
        act(by=request.user)
    except RefusedError as refusal:
        htmx.toast(request, str(refusal), level=messages.ERROR)
    else:
        htmx.toast(request, done)
    return redirect(_home(school))


@require_POST
def phone_end(request: SignedInRequest, school_id: uuid.UUID, phone_id: uuid.UUID) -> HttpResponse:
    school = _school(request, school_id)
    now = timezone.now()
    phone = access.get_phone_or_404(school, phone_id)
    act = partial(services.end_phone, phone=phone, on=timezone.localdate(now), now=now)
    return _do(request, school, act, _("The telephone is out of use."))


@require_POST
def window_end(request: SignedInRequest, school_id: uuid.UUID, window_id: uuid.UUID) -> HttpResponse:
    school = _school(request, school_id)
    window = access.get_window_or_404(school, window_id)
    act = partial(services.end_window, window=window, on=timezone.localdate())
    return _do(request, school, act, _("The telephones stay closed then; calls that are planned stay."))


@require_POST
def exception_remove(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    """The weekly windows hold again on that day."""
    school = _school(request, school_id)
    form = forms.DayForm(request.POST)
    if not form.is_valid():
        raise Http404
    found = access.get_exception_or_404(school, form.cleaned_data["on"])
    return _do(
        request, school, partial(services.remove_exception, exception=found), _("The usual hours hold.")
    )
