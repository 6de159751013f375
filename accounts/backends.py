"""Signing in by user name, telephone number or e-mail."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from accounts import selectors
from accounts.models import User


class NamePhoneOrEmailBackend(BaseBackend):
    """One field for three kinds of name; a wrong name costs as much time as a wrong password."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        email: str | None = None,
        **credentials: Any,
    ) -> User | None:
        login = (username or email or "").strip()
        if not login or password is None or "\x00" in login + password:
            return None
        user = selectors.user_by_login(login)
        if user is None or not user.has_usable_password():
            User().set_password(password)  # spend the time a known name would cost
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()
