"""How tests speak to the API: as a person with a session, or as a program with a token."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import services as account_services
from accounts.models import User

ROOT = "/api/v1"
PROBLEM = "application/problem+json"


def as_person(user: User, **more: Any) -> Client:
    client = Client(**more)
    client.force_login(user)
    return client


def as_program(user: User) -> Client:
    token = account_services.issue_api_token(user=user, by=user, now=timezone.now())
    return Client(headers={"Authorization": f"Token {token}"})


def post(client: Client, path: str, data: Any = None) -> Any:
    return client.post(ROOT + path, {} if data is None else data, content_type="application/json")


def pointers(response: Any) -> set[str]:
    """Where the problem says that something is wrong."""
    assert response["Content-Type"] == PROBLEM
    return {error["pointer"] for error in response.json()["errors"]}


def queries(user: User, path: str) -> int:
    """How many queries a GET costs; each time as somebody newly read, as in a request of its own."""
    client = as_person(User.objects.get(pk=user.pk))
    with CaptureQueriesContext(connection) as caught:
        response = client.get(ROOT + path)
    assert response.status_code == 200
    return len(caught)
