"""A person's own API token."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.authtoken.models import Token

from accounts import services
from accounts.authentication import HashedTokenAuthentication
from tests import factories
from tests.factories.places import PASSWORD


@pytest.fixture
def wang(db):
    return factories.make_user("wang")


def test_a_token_is_shown_once_and_kept_as_a_hash(client, wang):
    client.force_login(wang)

    response = client.post(reverse("accounts:issue_token"), {"password": PASSWORD})

    token = response.context["new_token"]
    assert token in response.content.decode()
    assert token not in Token.objects.get(user=wang).key
    assert token not in client.get(reverse("accounts:preferences")).content.decode()


def test_the_token_signs_its_owner_in(wang):
    token = services.issue_api_token(user=wang, by=wang, now=timezone.now())

    user, _token = HashedTokenAuthentication().authenticate_credentials(token)

    assert user == wang


def test_a_token_runs_out(wang, settings):
    made = timezone.now() - timedelta(days=settings.API_TOKEN_DAYS)
    old = services.issue_api_token(user=wang, by=wang, now=made)
    with pytest.raises(exceptions.AuthenticationFailed, match="has run out"):
        HashedTokenAuthentication().authenticate_credentials(old)

    nearly = services.issue_api_token(user=wang, by=wang, now=made + timedelta(minutes=1))

    assert HashedTokenAuthentication().authenticate_credentials(nearly)[0] == wang


def test_what_the_database_holds_signs_nobody_in(wang):
    services.issue_api_token(user=wang, by=wang, now=timezone.now())

    with pytest.raises(exceptions.AuthenticationFailed):
        HashedTokenAuthentication().authenticate_credentials(Token.objects.get(user=wang).key)


def test_a_token_needs_the_password_and_wrong_tries_are_counted(client, wang):
    client.force_login(wang)
    for _try in range(5):
        response = client.post(reverse("accounts:issue_token"), {"password": "a guess"})
        assert response.context["token_form"].errors["password"] == ["This isn't your present password."]

    response = client.post(reverse("accounts:issue_token"), {"password": PASSWORD})

    assert response.status_code == 429
    assert not Token.objects.exists()


def test_a_token_taken_back_or_of_a_disabled_person_is_refused(client, wang):
    token = services.issue_api_token(user=wang, by=wang, now=timezone.now())
    client.force_login(wang)

    client.post(reverse("accounts:revoke_token"))

    with pytest.raises(exceptions.AuthenticationFailed):
        HashedTokenAuthentication().authenticate_credentials(token)
    second = services.issue_api_token(user=wang, by=wang, now=timezone.now())
    services.disable(user=wang, by=wang)
    with pytest.raises(exceptions.AuthenticationFailed):
        HashedTokenAuthentication().authenticate_credentials(second)
