"""Writes about people."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from core import audit


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
    *, username: str, password: str, name: str, phone: str = "", email: str = "", by: User | None
) -> User:
    """Make a person. Without a membership they may sign in and see nothing."""
    user = User.objects.create_user(username, password, name=name, phone=phone, email=email)
    audit.record("user.created", by=by, target=user)
    return user
