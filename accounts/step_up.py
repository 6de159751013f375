"""Step-up: the second factor proven again before what hurts most if a stranger sits at an open session.

Reading restricted or sealed history, break-glass, exports, 'who looked?' and the keys ask for it when the
last proof is older than STEP_UP_SECONDS (ten minutes). The proof is a mark in the session, bound to the
person; a program's token carries none, so what needs step-up is refused to it.
Source: ASVS 5.0.0 V7.5.3, security.md.

    @step_up.required                     a whole view
    if not step_up.is_fresh(request): …   a part of a page: show a link to `step_up.url(request)` instead
    step_up.require_for_api(request)      an API view: 403 `second_factor_needed`
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from core import htmx
from core.api.problems import SecondFactorNeeded

SESSION_KEY = "second_factor"
# The kinds of factor, as allauth.mfa names them.
TOTP, PASSKEY, SHEET = "totp", "webauthn", "recovery_codes"
STRONG = frozenset({TOTP, PASSKEY})


def mark(
    request: HttpRequest, *, now: datetime | None = None, kind: str = TOTP, user: User | None = None
) -> None:
    """Write down that this session's person (or `user`, who is signing in) has just proven a factor."""
    at = (now or timezone.now()).timestamp()
    request.session[SESSION_KEY] = {"user": (user or request.user).pk, "at": at, "kind": kind}


def forget(request: HttpRequest) -> None:
    """Take the mark away: the next page asks again."""
    request.session.pop(SESSION_KEY, None)


def proven(request: HttpRequest) -> str:
    """The kind of factor this session has proven for its person, however long ago; "" for none."""
    return str(_mark(request).get("kind", ""))


def is_fresh(request: HttpRequest, now: datetime | None = None) -> bool:
    """Whether the second factor was proven in this session within STEP_UP_SECONDS.

    Never for a token: it has no session, and a session's cookie sent along with it proves nothing of it.
    A mark from the future (a clock set back) counts as old.
    """
    if getattr(request, "auth", None) is not None:
        return False
    at = _mark(request).get("at")
    if at is None:
        return False
    age = (now or timezone.now()).timestamp() - at
    return 0 <= age <= settings.STEP_UP_SECONDS


def _mark(request: HttpRequest) -> dict[str, Any]:
    session, user = getattr(request, "session", None), getattr(request, "user", None)
    held = session.get(SESSION_KEY) if session is not None else None
    mine = isinstance(held, dict) and user is not None and held.get("user") == user.pk
    return held if mine and held is not None else {}


def proven_at(request: HttpRequest) -> datetime | None:
    """When the person last proved a factor in this session; None for never."""
    at = _mark(request).get("at")
    return None if at is None else datetime.fromtimestamp(at, tz=UTC)


def required(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let the view run only with a fresh second factor; otherwise lead to the page that asks for it."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_fresh(request):
            return door(request)
        answer: HttpResponseBase = view(request, *args, **kwargs)
        return answer

    return checked


def door(request: HttpRequest, *, at: str = "") -> HttpResponse:
    """The way to the page that asks for the factor, and from there back, to the element `at` if it's named.

    For htmx by HX-Redirect.
    """
    back = f"{_page_of(request)}#{at}" if at else ""
    return htmx.redirect(request, url(request, back))


def url(request: HttpRequest, back: str = "") -> str:
    """The address that asks for the factor and then leads to `back`, or to where this request came from.

    A form that was sent can't be sent again from there, so it leads to the page that holds the form.
    """
    if not back:
        plain_page = request.method in ("GET", "HEAD") and not htmx.asked(request)
        back = request.get_full_path() if plain_page else _page_of(request)
    return f"{reverse('mfa_step_up')}?{urlencode({'next': back})}"


def _page_of(request: HttpRequest) -> str:
    """The page of ours that sent the request, by HX-Current-URL or Referer; the start page otherwise."""
    named = request.headers.get("HX-Current-URL", "") or request.headers.get("Referer", "")
    try:
        page = urlsplit(named)
    except ValueError:
        return "/"
    if page.netloc != request.get_host():
        return "/"
    return page.path + (f"?{page.query}" if page.query else "")


def require_for_api(request: Any, now: datetime | None = None) -> None:
    """Raises SecondFactorNeeded (403, code `second_factor_needed`) without a fresh factor."""
    if not is_fresh(request, now):
        raise SecondFactorNeeded
