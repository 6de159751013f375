"""Steps of a sign-in, for tests that take them one by one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.test import Client
from django.urls import reverse

from accounts import step_up
from accounts.models import User
from tests.factories import factors
from tests.factories.places import PASSWORD

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
CODE_PAGE = "/accounts/2fa/code/"


def give_password(client: Client, user: User) -> Any:
    return client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def factor_of(client: Client) -> str:
    return str(client.session.get(step_up.SESSION_KEY, {}).get("kind", ""))


def set_up_app(client: Client) -> Any:
    seed = client.get(reverse("mfa_activate_totp")).context["seed"].replace(" ", "")
    return client.post(reverse("mfa_activate_totp"), {"code": factors.code_of(seed=seed)})
