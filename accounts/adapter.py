"""How this program bends django-allauth."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InvitedOnlyAdapter(DefaultAccountAdapter):
    """People are invited by their school; nobody signs up (schools.services.invite)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authentication_failed(self, request: HttpRequest, **kwargs: Any) -> None:
        """Nothing is written about a failed name: it may be a password typed in the wrong field."""
