"""Somebody at a browser, second factor proven."""

from __future__ import annotations

import time

from django.test import Client

from accounts import step_up
from accounts.models import User


def signed_in(user: User) -> Client:
    """A client past the code step: its session carries the mark that the step would have made."""
    client = Client()
    client.force_login(user)
    session = client.session
    session[step_up.SESSION_KEY] = {"user": user.pk, "at": time.time(), "kind": step_up.TOTP}
    session.save()
    return client
