"""The request as a view behind the sign-in sees it, for types."""

from __future__ import annotations

from django.http import HttpRequest

from accounts.models import User


class SignedInRequest(HttpRequest):
    """LoginRequiredMiddleware lets nobody else through, so `user` is a person."""

    user: User  # type: ignore[assignment]
