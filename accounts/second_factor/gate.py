"""Nobody gets past this without a second factor proven in their session: set one up first, or prove it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from accounts import step_up
from accounts.http import SignedInRequest
from accounts.second_factor import selectors
from core import htmx
from core.api import problems

# Besides the pages of the second factor itself: leaving, and choosing the language to read them in.
_OPEN = {("GET", "account_logout"), ("POST", "account_logout"), ("POST", "accounts:preferences")}
_OWN = "mfa_"


class SecondFactorMiddleware:
    """Reads the session's mark; only somebody without one, or with a sheet's, costs a query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not settings.SECOND_FACTOR_REQUIRED or not request.user.is_authenticated:
            return None
        api = problems.is_api(request)  # DRF asks for the sign-in itself, so its views don't say so
        public = not getattr(view, "login_required", True) and not api
        if public or _is_open(request) or not (wanted := _wanted(cast("SignedInRequest", request))):
            return None
        if api:
            return problems.answer(request, 403, special="second_factor_needed")
        return htmx.redirect(request, wanted)


def _is_open(request: HttpRequest) -> bool:
    match = request.resolver_match
    name = match.view_name if match else ""
    return (request.method, name) in _OPEN or name.startswith(_OWN)


def _wanted(request: SignedInRequest) -> str:
    """Where this person has to go first, or ""."""
    proven = step_up.proven(request)
    if proven in step_up.STRONG:
        return ""
    if proven == step_up.SHEET and selectors.sheet_is_enough(request.user, on=timezone.localdate()):
        return ""
    if not proven and selectors.has_factor(request.user):
        return step_up.url(request)
    back = request.get_full_path() if request.method == "GET" else "/"
    return f"{reverse('mfa_index')}?{urlencode({'next': back})}"
