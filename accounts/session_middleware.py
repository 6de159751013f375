"""Before the request's transaction: sessions that have run out end, and tries at signing in are counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from accounts import browsers, guard
from accounts.adapter import SIGNED_IN_AT
from accounts.models import BrowserSession
from accounts.sessions import row_of
from core import limits

# What a page asks by itself says so; a test reads the templates for it. It doesn't count as activity.
BACKGROUND = "X-Background"
_WRITTEN_EVERY = timedelta(seconds=30)
CLEAR = '"cache", "storage"'


class SessionClockMiddleware:
    """20 minutes without anybody doing anything, 8 hours in all (ASVS 5.0.0 V7.3.1, V7.3.2).

    Whoever was signed in and no longer is leaves nothing in the browser but its cookies (V14.3.1).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        was_signed_in = request.user.is_authenticated
        if was_signed_in:
            _keep_or_end(request, timezone.now())
        response = self.get_response(request)
        if was_signed_in and not request.user.is_authenticated:
            response["Clear-Site-Data"] = CLEAR
        return response


def seconds_left(request: HttpRequest, now: datetime) -> int:
    """How long this session lasts if nobody does anything; 0 for whoever isn't signed in."""
    row = row_of(request)
    if row is None or not request.user.is_authenticated:
        return 0
    idle = settings.SESSION_IDLE_SECONDS - (now - row.last_seen_at).total_seconds()
    since = request.session.get(SIGNED_IN_AT, now.timestamp())
    whole = settings.SESSION_COOKIE_AGE - (now.timestamp() - since)
    return max(int(min(idle, whole)), 0)


def _keep_or_end(request: HttpRequest, now: datetime) -> None:
    row = row_of(request)
    if row is None:
        return
    if seconds_left(request, now) <= 0:
        logout(request)
    elif BACKGROUND not in request.headers and request.path_info != reverse("accounts:session_over"):
        _touch(request, row, now)


def _touch(request: HttpRequest, row: BrowserSession, now: datetime) -> None:
    """Not with every request: half a minute more or less doesn't matter, a write each time would."""
    often = min(_WRITTEN_EVERY, timedelta(seconds=settings.SESSION_IDLE_SECONDS / 10))
    if row.kind and now - row.last_seen_at < often:
        return
    row.last_seen_at = now
    row.kind = browsers.kind_of(request)[:60]
    row.place = browsers.place_of(limits.address_of(request))[:50]
    BrowserSession.objects.filter(pk=row.pk).update(
        last_seen_at=row.last_seen_at, kind=row.kind, place=row.place
    )


class SignInGuardMiddleware:
    """Counts a try at signing in before the request's transaction, and settles it after (accounts.guard).

    So a request that fails is counted, and nobody waits for another's password to be worked out. The adapter
    reads `request.sign_in_try`, and leaves `request.browser_to_know` when somebody has signed in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method == "POST" and request.path_info == reverse(settings.LOGIN_URL):
            tried = guard.begin(
                login=request.POST.get("login", ""),
                browser_token=browsers.token_in(request),
                address=limits.address_of(request),
                now=timezone.now(),
            )
            request.sign_in_try = tried  # type: ignore[attr-defined]
            response = self.get_response(request)
            guard.end(tried)
        else:
            response = self.get_response(request)
        if token := getattr(request, "browser_to_know", ""):
            browsers.set_cookie(response, token)
        return response
