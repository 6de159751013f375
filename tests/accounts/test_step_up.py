"""Step-up: the second factor proven again before what hurts most."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from accounts import step_up
from core.api.problems import SecondFactorNeeded
from tests import factories
from tests.factories import factors

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


@step_up.required
def secret_page(request: Any) -> HttpResponse:
    return HttpResponse("secret")


def test_a_page_that_needs_it_is_shown_when_it_is_fresh(asking):
    step_up.mark(asking)

    assert secret_page(asking).content == b"secret"


def test_otherwise_it_leads_to_the_question_and_back(asking):
    response = secret_page(asking)

    assert response["Location"] == "/accounts/2fa/again/?next=%2Fpupils%2F%3Fpage%3D2"


def test_a_form_leads_back_to_its_page(asking):
    asking.method = "POST"
    asking.META["HTTP_REFERER"] = "http://testserver/pupils/7/?tab=old"

    assert secret_page(asking)["Location"] == "/accounts/2fa/again/?next=%2Fpupils%2F7%2F%3Ftab%3Dold"


@pytest.mark.parametrize("referer", ["https://evil.example/x", "http://[", "", "javascript:alert(1)"])
def test_nobody_elsewhere_chooses_where_it_leads(asking, referer):
    asking.method = "POST"
    asking.META["HTTP_REFERER"] = referer

    assert secret_page(asking)["Location"] == "/accounts/2fa/again/?next=%2F"


def test_a_fragment_leads_the_whole_page(asking):
    asking.META.update(HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL="http://testserver/children/1/")
    response = secret_page(asking)

    assert response.status_code == 204
    assert response["HX-Redirect"] == "/accounts/2fa/again/?next=%2Fchildren%2F1%2F"


def aged(client: Any, user: Any) -> None:
    """Signed in, the factor proven eleven minutes ago."""
    client.force_login(user)
    session = client.session
    session[step_up.SESSION_KEY]["at"] -= 11 * 60
    session.save()


def test_the_question_leads_back_with_a_new_cookie(client, homeroom_teacher):
    factors.make_app(homeroom_teacher)
    aged(client, homeroom_teacher)
    before = client.session.session_key

    page = client.get("/accounts/2fa/again/?next=/me/")
    response = client.post("/accounts/2fa/again/", {"code": factors.code_of(), "next": "/me/"})

    assert "Your second factor again" in page.content.decode()
    assert response["Location"] == "/me/"
    assert client.session.session_key != before
    assert client.session[step_up.SESSION_KEY]["at"] > timezone.now().timestamp() - 60
    assert client.get("/me/").status_code == 200


def test_a_wrong_answer_leaves_the_proof_as_old_as_it_was(client, homeroom_teacher):
    factors.make_app(homeroom_teacher)
    aged(client, homeroom_teacher)
    before = client.session[step_up.SESSION_KEY]["at"]

    response = client.post("/accounts/2fa/again/", {"code": "000000"})

    assert response.status_code == 422
    assert client.session[step_up.SESSION_KEY]["at"] == before


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_question_leads_nowhere_else(client, homeroom_teacher, target):
    factors.make_app(homeroom_teacher)
    aged(client, homeroom_teacher)

    response = client.post("/accounts/2fa/again/", {"code": factors.code_of(), "next": target})

    assert response["Location"] == "/"
