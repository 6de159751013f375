"""Changing a password, and getting a new one by e-mail."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from rest_framework.authtoken.models import Token

from accounts import services
from accounts.models import User
from tests import factories
from tests.factories.places import PASSWORD

NEW = "three calm herons"


@pytest.fixture
def wang(db) -> User:
    return factories.make_user("wang", email="wang@school.test")


def ask(client, callbacks, email: str):
    with callbacks(execute=True):
        return client.post(reverse("account_reset_password"), {"email": email})


def link_in(mail) -> str:
    return re.search(r"https?://[^/]+(/\S+)", mail.body)[1]


def open_link(client, link: str) -> str:
    """The link moves its key into the session and leads on to an address without it."""
    response = client.get(link)
    assert response.status_code == 302, "the link was refused"
    return response["Location"]


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "too short"),
        ("password123", "too common"),
        ("91827364509182", "entirely numeric"),
        ("x" * 201, "too long"),
        ("with\x00null bytes", "Null characters"),
    ],
)
def test_a_weak_password_is_refused_beside_its_field(client, wang, password, why):
    client.force_login(wang)

    response = client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": password, "password2": password},
    )

    errors = response.context["form"].errors
    assert why in " ".join(errors["password1"])
    wang.refresh_from_db()
    assert wang.check_password(PASSWORD)


def test_the_present_password_is_asked_for(client, wang):
    client.force_login(wang)

    response = client.post(
        reverse("account_change_password"), {"oldpassword": "a guess", "password1": NEW, "password2": NEW}
    )

    assert response.context["form"].errors["oldpassword"] == ["This isn't your present password."]


def test_changing_the_password_keeps_this_session_and_ends_the_others(client, client_2, wang):
    for one in (client, client_2):
        one.force_login(wang)

    response = client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    )

    assert response.status_code == 302
    assert client.get(reverse("accounts:preferences")).status_code == 200
    assert client_2.get(reverse("accounts:preferences")).status_code == 302


@pytest.fixture
def client_2():
    from django.test import Client

    return Client()


def test_a_reset_link_comes_by_e_mail_and_works_once(
    client, wang, mailoutbox, django_capture_on_commit_callbacks
):
    ask(client, django_capture_on_commit_callbacks, "Wang@school.test")
    assert [mail.to for mail in mailoutbox] == [["wang@school.test"]]
    link = link_in(mailoutbox[0])
    form_address = open_link(client, link)

    response = client.post(form_address, {"password1": NEW, "password2": NEW})

    assert response["Location"] == reverse("account_reset_password_from_key_done")
    wang.refresh_from_db()
    assert wang.check_password(NEW)
    again = client.get(link)
    assert again.status_code == 200
    assert again.context["token_fail"] is True


def test_the_mail_names_nobody_in_its_subject_and_speaks_the_person_s_language(
    client, wang, mailoutbox, django_capture_on_commit_callbacks, settings
):
    settings.SITE_URL = "https://kiteline.school.test"

    ask(client, django_capture_on_commit_callbacks, "wang@school.test")

    mail = mailoutbox[0]
    assert mail.subject == "A new password for Kiteline"
    assert "https://kiteline.school.test/accounts/password/reset/key/" in mail.body


def test_the_answer_is_the_same_for_an_unknown_address(
    client, wang, mailoutbox, django_capture_on_commit_callbacks, django_assert_num_queries
):
    answers = []
    for email in ("wang@school.test", "nobody@school.test"):
        with django_assert_num_queries(1):
            response = client.post(reverse("account_reset_password"), {"email": email})
        answers.append((response.status_code, response["Location"]))

    assert answers[0] == answers[1] == (302, reverse("account_reset_password_done"))


def test_nobody_gets_mail_for_an_unknown_address_or_a_disabled_person(
    client, wang, mailoutbox, django_capture_on_commit_callbacks
):
    services.disable(user=wang, by=wang)

    ask(client, django_capture_on_commit_callbacks, "nobody@school.test")
    ask(client, django_capture_on_commit_callbacks, "wang@school.test")

    assert mailoutbox == []


def test_a_link_of_somebody_disabled_since_is_refused(
    client, wang, mailoutbox, django_capture_on_commit_callbacks
):
    ask(client, django_capture_on_commit_callbacks, "wang@school.test")
    services.disable(user=wang, by=wang)

    response = client.get(link_in(mailoutbox[0]))

    assert response.context["token_fail"] is True


def test_a_new_address_ends_links_sent_to_the_old_one(
    client, wang, mailoutbox, django_capture_on_commit_callbacks
):
    ask(client, django_capture_on_commit_callbacks, "wang@school.test")
    wang.email = "new@school.test"
    wang.save()

    response = client.get(link_in(mailoutbox[0]))

    assert response.context["token_fail"] is True


@pytest.mark.parametrize("tail", ["1-x", "zzzzzzzzzzzzz-aaaa-bbbb", "1-%00", "1-set-password"])
def test_a_made_up_link_is_refused_kindly(client, wang, tail):
    response = client.get(f"/accounts/password/reset/key/{tail}/")

    assert response.status_code == 200
    assert response.context["token_fail"] is True


def test_a_new_password_takes_the_api_token_back(wang):
    Token.objects.create(user=wang, key="k")

    services.set_password(user=wang, password=NEW, by=wang)

    assert not Token.objects.exists()
