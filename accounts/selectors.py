"""Reads about people."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from rest_framework.authtoken.models import Token

from accounts import phones
from accounts.models import BrowserSession, User


def user_by_login(login: str) -> User | None:
    """The person a typed name means: user name first, then e-mail, then telephone number.

    One query on indexes, whatever was typed. A user name wins over another person's e-mail or number, so
    that nobody can take over a name by setting an e-mail to it. Capitals don't matter: telephones write
    the first letter large by themselves.
    """
    name = User.normalize_username(login.strip())
    if not name:
        return None
    lower = Lower(Value(name))
    found = Q(Exact(Lower("username"), lower)) | Q(Exact(Lower("email"), lower))
    phone = phones.normalise(login)
    if phones.is_phone(phone):
        found |= Q(phone=phone)
    matches = list(User.objects.filter(found)[:3])
    by_name = (user for user in matches if user.username.lower() == name.lower())
    return next(by_name, None) or next(iter(matches), None)


def user_to_reset(email: str) -> User | None:
    """Who may get a link for a new password at this address. Disabled people may not."""
    found = Exact(Lower("email"), Lower(Value(email)))
    return User.objects.filter(found, is_active=True).exclude(email="").first()


def is_login_taken(login: str, *, besides: User | None = None) -> bool:
    """Whether somebody else already signs in with this text, be it a user name, an e-mail or a number."""
    user = user_by_login(login)
    return user is not None and user != besides


def api_token_since(user: User) -> datetime | None:
    """When the person's API token was made; None without one."""
    return Token.objects.filter(user=user).values_list("created", flat=True).first()


def sessions_of(user: User, *, now: datetime) -> QuerySet[BrowserSession]:
    """Where somebody is signed in, the latest used first."""
    idle_since = now - timedelta(seconds=settings.SESSION_IDLE_SECONDS)
    running = BrowserSession.objects.filter(user=user, expire_date__gt=now, last_seen_at__gt=idle_since)
    return running.order_by("-last_seen_at", "pk")


def session_of(user: User, public_id: uuid.UUID) -> BrowserSession | None:
    """One of somebody's own sessions; nobody else's is ever found."""
    return BrowserSession.objects.filter(user=user, public_id=public_id).first()
