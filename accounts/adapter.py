"""How this program bends django-allauth."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext_lazy as _

from accounts import phones, selectors, services
from accounts.models import User
from core import audit

# When this session signed in; accounts.middleware ends it after SESSION_COOKIE_AGE.
SIGNED_IN_AT = "signed_in_at"

_WRONG = _("The name or the password isn't right.")


class InvitedOnlyAdapter(DefaultAccountAdapter):
    """People are invited by their school; nobody signs up (schools.services.invite)."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        # One sentence for all: it doesn't tell whether the name, the number or the address exists.
        "username_password_mismatch": _WRONG,
        "email_password_mismatch": _WRONG,
        "too_many_login_attempts": _("Too many wrong tries. Wait five minutes, then try again."),
        "enter_current_password": _("This isn't your present password."),
        "incorrect_password": _("This isn't your present password."),
        "invalid_password_reset": _("This link no longer works."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """A closed account looks like a wrong password: the backend refuses it before this."""
        return redirect("account_login")

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        request.session[SIGNED_IN_AT] = user.last_login.timestamp() if user.last_login else 0
        audit.record("user.signed_in", by=user, target=user)

    def set_password(self, user: User, password: str) -> None:
        services.set_password(user=user, password=password, by=user)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url("accounts:me")

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Only what the person couldn't see otherwise: signing in and out speak for themselves."""
        template = args[0] if args else kwargs.get("message_template")
        if template not in ("account/messages/logged_in.txt", "account/messages/logged_out.txt"):
            super().add_message(request, level, *args, **kwargs)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count wrong tries by person, not by spelling: 138 1234 5678 and 13812345678 are one account.

        A name of nobody's is counted by its text, so that it is refused just as a real one is.
        """
        login = credentials.get("username") or credentials.get("email") or ""
        user = selectors.user_by_login(login) if "\x00" not in login else None
        return f"user:{user.pk}" if user else f"text:{phones.normalise(login).lower()}"

    def authentication_failed(self, request: HttpRequest, **kwargs: Any) -> None:
        """Nothing is written about a failed name: it may be a password typed in the wrong field."""
