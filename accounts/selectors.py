"""Reads about people."""

from __future__ import annotations

from django.db.models import Q

from accounts.models import User


def user_by_login(login: str) -> User | None:
    """The person a typed name means: user name first, then e-mail, then telephone number.

    One query; a user name wins over another person's e-mail, so that nobody can take over a
    name by setting an e-mail to it.
    """
    named = Q(username=login) | Q(email__iexact=login)
    if phone := login.replace(" ", "").replace("-", ""):
        named |= Q(phone=phone)
    matches = list(User.objects.filter(named)[:3])
    if not matches:
        return None
    return next((user for user in matches if user.username == login), matches[0])
