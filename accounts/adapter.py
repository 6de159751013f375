"""How this program bends django-allauth."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from accounts import browsers, guard, registry, services, step_up
from accounts.models import User
from core import audit, htmx

# When this session signed in; accounts.session_middleware ends it after SESSION_COOKIE_AGE.
SIGNED_IN_AT = "signed_in_at"
# Who has just accepted an invitation here, by number: greeted once signed in.
WELCOME = "welcome"

_WRONG = _("The name or the password isn't right.")
_WAIT_A_LITTLE = _("Too many wrong tries. Wait a little, then try again.")
_WAIT_UNTIL = _(
    "Too many wrong tries. Try again after %(time)s, or on a computer where you have signed in before."
)


class InvitedOnlyAdapter(DefaultAccountAdapter):
    """People are invited by their school; nobody signs up (schools.services.invite)."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        # One sentence for all: it doesn't tell whether the name, the number or the address exists.
        "username_password_mismatch": _WRONG,
        "email_password_mismatch": _WRONG,
        "too_many_login_attempts": _WAIT_A_LITTLE,
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
        audit.record("user.signed_in", by=user, target=user, factor=step_up.proven(request) or "none")
        _know_browser(request, user, tell=True)
        if request.session.pop(WELCOME, None) == user.pk:
            htmx.toast(request, _("Welcome! The role is yours."))

    def logout(self, request: HttpRequest) -> None:
        """Ended by the person; a session that runs out says nothing."""
        if request.user.is_authenticated:
            audit.record("user.signed_out", by=request.user, target=request.user)
        super().logout(request)

    def get_login_stages(self) -> list[str]:
        return ["accounts.second_factor.stages.CodeStage"]

    def set_password(self, user: User, password: str) -> None:
        """By the form of one's settings, or by a link: the other sessions end, this browser stays known."""
        request = context.request
        keep = request.session.session_key or ""
        services.set_password(user=user, password=password, by=user, keep_session=keep)
        _know_browser(request, user, tell=False)
        guard.welcome_back(user)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url("accounts:me")

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Only what the person couldn't see otherwise: signing in and out speak for themselves."""
        template = args[0] if args else kwargs.get("message_template")
        if template not in ("account/messages/logged_in.txt", "account/messages/logged_out.txt"):
            super().add_message(request, level, *args, **kwargs)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse a try that comes too soon: at signing in, or at one's own password once more."""
        tried: guard.Try | None = getattr(request, "sign_in_try", None)
        if tried is not None:
            tried.checked = tried.waits_until is None
            until = tried.waits_until
        elif request.user.is_authenticated:
            until = guard.begin_again(request.user, now=timezone.now())
        else:
            raise ImproperlyConfigured("accounts.session_middleware.SignInGuardMiddleware must count this.")
        if until is not None:
            raise _wait_until(until)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        user: User | None = super().authenticate(request, **credentials)
        tried: guard.Try | None = getattr(request, "sign_in_try", None)
        if user is not None and tried is not None:
            tried.right = True
        elif user is not None:
            guard.end_again(user)
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Write down whose account it was, if anybody's. Never the typed name: it may be a password."""
        tried: guard.Try | None = getattr(request, "sign_in_try", None)
        if tried is None:
            user = cast(User, request.user)
            audit.record("user.password_check_failed", by=user, target=user)
            return
        audit.record("user.sign_in_failed", by=None, target=tried.user, known_browser=tried.known)
        if tried.locks:
            audit.record("user.sign_in_slowed", by=None, target=tried.user, known_browser=tried.known)


def _know_browser(request: HttpRequest, user: User, *, tell: bool) -> None:
    """From now on this browser has a count of its own for this account; the middleware sets its cookie."""
    now = timezone.now()
    token, is_new = browsers.remember(user=user, token=browsers.token_in(request), now=now)
    request.browser_to_know = token  # type: ignore[attr-defined]
    if is_new and tell:
        registry.tell(
            user,
            category="new_browser",
            about=f"accounts.user:{user.public_id}",
            url_path=reverse("accounts:me"),
            by=None,
            now=now,
        )


def _wait_until(until: datetime) -> ValidationError:
    """In whole minutes, rounded up, so that who comes at that minute isn't refused again."""
    local = timezone.localtime(until + timedelta(seconds=59))
    return ValidationError(
        _WAIT_UNTIL, code="too_many_login_attempts", params={"time": formats.time_format(local, "H:i")}
    )
