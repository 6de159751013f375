"""The scope of a request: the signed-in person's, from their session, in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse

from core import tenancy

_NONCE = "scope"
_SCOPED = "kiteline.scoped"


class TenancyMiddleware:
    """One request, one transaction, one scope; whoever isn't signed in has none and sees no school's row.

    The transaction holds what comes after it, pages drawn late and their menus included; a page that broke
    leaves nothing behind. What must outlast a refusal isn't lost: refusals (4xx) commit.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        outermost = not connection.in_atomic_block
        with tenancy.use(_token(request)), transaction.atomic(savepoint=False):
            request.META[_SCOPED] = True
            response = self.get_response(request)
            if response.status_code >= 500 and outermost:
                transaction.set_rollback(True)
            return response


def _token(request: HttpRequest) -> str | None:
    if not request.user.is_authenticated:
        return None
    if nonce := request.session.get(_NONCE):
        return tenancy.token_of_session(nonce)
    return _open(request, request.user)  # signed in before there were scopes


def _open(request: HttpRequest, user: Any) -> str:
    nonce = request.session[_NONCE] = secrets.token_urlsafe(32)
    return tenancy.open_for_session(user, nonce, seconds=settings.SESSION_COOKIE_AGE)


def open_with_sign_in(sender: Any, request: HttpRequest, user: Any, **_more: Any) -> None:
    """Signing in opens the scope; the session keeps a nonce from which only the program makes the token."""
    token = _open(request, user)
    if _SCOPED in request.META:  # what the page still does, it does in their name
        tenancy.switch(token)


def close_with_sign_out(sender: Any, request: HttpRequest, user: Any, **_more: Any) -> None:
    if nonce := request.session.get(_NONCE):
        tenancy.close_scope(tenancy.token_of_session(nonce))
