"""The request as a view behind the sign-in sees it, for types."""

from __future__ import annotations

from django.http import HttpRequest
from rest_framework.request import Request

from accounts.models import User


class SignedInRequest(HttpRequest):
    """LoginRequiredMiddleware lets nobody else through, so `user` is a person."""

    user: User  # type: ignore[assignment]


class ApiRequest(Request):
    """The same behind the API's sign-in: IsAuthenticated lets nobody else through."""

    user: User  # type: ignore[assignment]
