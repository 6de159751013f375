"""Writes about people."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import int_to_base36
from rest_framework.authtoken.models import Token

from accounts import browsers, phones, registry, selectors
from accounts.models import BrowserSession, KnownBrowser, User
from accounts.sessions import SessionStore
from core import audit, limits, queue, tenancy


@transaction.atomic
def set_preferences(*, user: User, language: str = "", theme: str = "", by: User) -> User:
    """Keep the language and theme a person chose; an empty value leaves what was."""
    if language:
        user.language = language
    if theme:
        user.theme = theme
    user.save(update_fields=["language", "theme"])
    audit.record("user.preferences_set", by=by, target=user, language=user.language, theme=user.theme)
    return user


@transaction.atomic
def create_user(
    *,
    username: str,
    password: str,
    name: str,
    phone: str = "",
    email: str = "",
    language: str = "",
    by: User | None,
) -> User:
    """Make a person. Without a membership they may sign in and see nothing."""
    more = {"language": language} if language else {}
    user = User.objects.create_user(
        username, password, name=name, phone=phones.normalise(phone), email=email, **more
    )
    audit.record("user.created", by=by, target=user)
    return user


@transaction.atomic
def set_password(*, user: User, password: str, by: User, keep_session: str = "") -> None:
    """Give a new password. Every session of theirs but `keep_session` ends, and their API token with it.

    No browser counts as known any more. A session carries a hash of the password besides; a token
    doesn't, and whoever stole the one may hold the other (ASVS 5.0.0 V7.4.3).
    """
    user.set_password(password)
    user.save(update_fields=["password"])
    browsers.forget_all(user=user)
    end_access(user=user, by=by, keep_session=keep_session)
    audit.record("user.password_set", by=by, target=user)


@transaction.atomic
def disable(*, user: User, by: User | None) -> None:
    """Close an account: the next request of any session or token of theirs is refused.

    Raises registry.MustStayOpenError where a school would lose somebody it can't be without.
    """
    registry.check_may_close(user, on=timezone.localdate())
    user.is_active = False
    user.save(update_fields=["is_active"])
    browsers.forget_all(user=user)
    end_access(user=user, by=by)
    audit.record("user.disabled", by=by, target=user)


@transaction.atomic
def end_access(*, user: User, by: User | None, keep_session: str = "") -> int:
    """End somebody's sessions with the next request, their API token, and what the database lets them see.

    `keep_session` is the cookie of the one session that goes on: that of whoever asked for it.
    Returns how many sessions ended. Source: ASVS 5.0.0 V7.4.1 to V7.4.3.
    """
    ended = _end_sessions(user, BrowserSession.objects.exclude(pk=SessionStore.name_of(keep_session)))
    tokens, _rows = Token.objects.filter(user=user).delete()
    if not keep_session:
        tenancy.close_scopes_of(user.pk)
    if ended or tokens:
        audit.record("user.access_ended", by=by, target=user, sessions=ended, tokens=tokens)
    return ended


@transaction.atomic
def end_session(*, session: BrowserSession, by: User) -> None:
    """End one session of one's own."""
    ended = _end_sessions(by, BrowserSession.objects.filter(pk=session.pk))
    audit.record("user.sessions_ended", by=by, target=by, sessions=ended)


@transaction.atomic
def end_other_sessions(*, user: User, by: User, keep_session: str) -> int:
    """End all sessions but this one. The API token stays: it isn't a session, and has its own button."""
    others = BrowserSession.objects.exclude(pk=SessionStore.name_of(keep_session))
    ended = _end_sessions(user, others)
    audit.record("user.sessions_ended", by=by, target=user, sessions=ended)
    return ended


def _end_sessions(user: User, which: QuerySet[BrowserSession]) -> int:
    ended, _rows = which.filter(user=user).delete()
    return ended


@transaction.atomic
def sweep_sessions(*, now: datetime) -> None:
    """Forget what has run out: sessions, browsers unused while their cookie lived, counts, scopes."""
    idle_since = now - timedelta(seconds=settings.SESSION_IDLE_SECONDS)
    BrowserSession.objects.filter(Q(expire_date__lte=now) | Q(last_seen_at__lte=idle_since)).delete()
    KnownBrowser.objects.filter(last_used_at__lte=now - timedelta(seconds=browsers.MAX_AGE)).delete()
    limits.sweep(now=now)
    tenancy.sweep_scopes()


def request_password_reset(*, email: str) -> None:
    """Send a link, if the address is somebody's. Costs the same either way: the mail goes by a task.

    The task gets the person's id, or 0 for nobody, so that an unknown address takes as long to answer.
    """
    user = selectors.user_to_reset(email)
    queue.after_commit("accounts.tasks.send_password_reset", user_id=user.pk if user else 0)


def password_link(user: User) -> str:
    """The address at which this person sets a new password, once and within PASSWORD_RESET_TIMEOUT."""
    key = default_token_generator.make_token(user)
    parts = {"uidb36": int_to_base36(user.pk), "key": key}
    return settings.SITE_URL + reverse("account_reset_password_from_key", kwargs=parts)


def make_password_link(*, user: User, by: User | None) -> str:
    """A link to hand over, for somebody without an e-mail address. Who holds it holds the account."""
    audit.record("user.password_link_made", by=by, target=user)
    return password_link(user)


def send_password_reset(*, user_id: int) -> bool:
    """Mail the link that sets a new password. It works once, since the password it sets is part of it."""
    user = User.objects.filter(pk=user_id, is_active=True).exclude(email="").first()
    if user is None:
        return False
    with translation.override(user.language):
        context = {
            "user": user,
            "url": password_link(user),
            "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
        }
        subject = render_to_string("account/email/password_reset_key_subject.txt", context).strip()
        body = render_to_string("account/email/password_reset_key_message.txt", context)
    EmailMessage(subject, body, to=[user.email]).send()
    audit.record("user.password_reset_sent", by=None, target=user)
    return True


def token_fingerprint(token: str) -> str:
    """What is kept of an API token: the first 160 bits of its SHA-256, as Token.key has room for them."""
    return hashlib.sha256(token.encode()).hexdigest()[:40]


def token_until(made_at: datetime) -> datetime:
    """When an API token runs out: one that was forgotten in a script isn't good for ever (ASVS 5.0 9.2.1)."""
    return made_at + timedelta(days=settings.API_TOKEN_DAYS)


@transaction.atomic
def issue_api_token(*, user: User, by: User, now: datetime) -> str:
    """A new API token of 256 bits, in place of the old one. Only its hash is kept: it is shown once."""
    token = secrets.token_urlsafe(32)
    Token.objects.filter(user=user).delete()
    Token.objects.create(user=user, key=token_fingerprint(token))
    Token.objects.filter(user=user).update(created=now)  # Token.created is auto_now_add
    audit.record("user.token_issued", by=by, target=user)
    return token


@transaction.atomic
def revoke_api_token(*, user: User, by: User) -> None:
    """Take the API token back; programs that use it are refused from the next request on."""
    deleted, _rows = Token.objects.filter(user=user).delete()
    if deleted:
        audit.record("user.token_revoked", by=by, target=user)
