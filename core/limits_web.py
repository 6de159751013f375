"""How many requests a person and an address may make (settings.WEB_RATES, API_RATES, PAGE_RATES)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils import timezone, translation

from core import limits
from core.limits import Window

API = "api"


class LimitsMiddleware:
    """Counts before the transaction of the request, and refuses pages with 429.

    The API answers with a problem of its own: its throttles read `request.limits_waits`, the seconds to wait
    by scope. A whole school may come from one address, so limits by address are wide, those by person narrow.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        now = timezone.now()
        name = _view_name(request)
        if name.startswith(f"{API}:"):
            request.limits_waits = dict(_api_waits(request, now))  # type: ignore[attr-defined]
            return self.get_response(request)
        wait = max((wait for _scope, wait in _page_waits(request, name, now)), default=0.0)
        if wait > 0:
            return too_many(request, wait)
        return self.get_response(request)


def too_many(request: HttpRequest, wait: float) -> HttpResponseBase:
    """The page that says to wait, in the language of whoever asks."""
    with translation.override(_language(request)):
        response = render(request, "429.html", status=429)
    response["Retry-After"] = str(int(wait) + 1)
    return response


def _api_waits(request: HttpRequest, now: datetime) -> Iterator[tuple[str, float]]:
    rates = settings.API_RATES
    yield "address", _wait("api.address", limits.address_of(request), rates["address"], now)
    token = request.headers.get("Authorization", "")
    if token:  # one program of one person; a wrong one is counted by its address alone
        who = "token:" + hashlib.sha256(token.encode()).hexdigest()
    elif request.user.is_authenticated:
        who = f"user:{request.user.pk}"
    else:
        return
    yield "person", _wait("api.person", who, rates["person"], now)


def _page_waits(request: HttpRequest, name: str, now: datetime) -> Iterator[tuple[str, float]]:
    address = limits.address_of(request)
    who = f"user:{request.user.pk}" if request.user.is_authenticated else ""
    if who:
        yield "person", _wait("web.person", who, settings.WEB_RATES["person"], now)
    else:
        yield "address", _wait("web.address", address, settings.WEB_RATES["address"], now)
    if request.method != "POST":
        return
    for scope, rate in settings.PAGE_RATES.get(name, {}).items():
        subject = {"address": address, "person": who or address}.get(scope)
        if subject is None:  # a field of the form
            subject = request.POST.get(scope, "").strip().lower()[:254]
        yield scope, _wait(f"page.{name}.{scope}", subject, rate, now)


def _wait(name: str, subject: str, rate: str, now: datetime) -> float:
    verdict = limits.hit(name, subject, Window.parse(rate), now=now)
    return 0.0 if verdict.allowed else max(verdict.wait(now), 0.001)


def _view_name(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return ""


def _language(request: HttpRequest) -> str:
    if request.user.is_authenticated:
        return str(request.user.language)  # type: ignore[union-attr]
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.LANGUAGES) else translation.get_language_from_request(request)
