"""Step-up: the second factor proven again before what hurts most."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.test import RequestFactory

from accounts import step_up
from core.api.problems import SecondFactorNeeded
from tests import factories

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.fixture
def asking(db, rf: RequestFactory) -> Any:
    request = rf.get("/pupils/", {"page": "2"})
    request.session = SessionStore()
    request.user = factories.make_user()
    return request


@pytest.mark.parametrize(
    ("seconds", "fresh"), [(0, True), (599, True), (600, True), (601, False), (-1, False)]
)
def test_a_proof_holds_for_ten_minutes(asking, seconds, fresh):
    step_up.mark(asking, now=NOON)

    assert step_up.is_fresh(asking, now=NOON + timedelta(seconds=seconds)) is fresh


def test_without_a_proof_nothing_is_fresh(asking):
    assert not step_up.is_fresh(asking, now=NOON)
    assert step_up.proven(asking) == ""


def test_a_proof_is_the_persons_own(asking):
    step_up.mark(asking, now=NOON)
    asking.user = factories.make_user()

    assert not step_up.is_fresh(asking, now=NOON)


def test_a_token_proves_nothing_even_with_a_fresh_session_beside_it(asking):
    step_up.mark(asking, now=NOON)
    asking.auth = object()

    assert not step_up.is_fresh(asking, now=NOON)
    with pytest.raises(SecondFactorNeeded):
        step_up.require_for_api(asking, NOON)
