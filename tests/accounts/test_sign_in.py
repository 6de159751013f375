"""Signing in: by which names, what a wrong try learns, and when it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import hashers
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from accounts import services
from accounts.adapter import SIGNED_IN_AT
from accounts.models import User
from core.models import AuditEvent
from tests import factories
from tests.factories.places import PASSWORD

LOGIN = "/accounts/login/"


@pytest.fixture
def wang(db) -> User:
    return factories.make_user("wang.fang", phone="13812345678", email="wang@school.test")


def sign_in(client, login: str, password: str = PASSWORD, **extra):
    return client.post(LOGIN, {"login": login, "password": password, **extra})


def is_signed_in(client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize(
    "login",
    [
        "wang.fang",
        "Wang.Fang",
        " wang.fang ",
        "13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "+86 138 1234 5678",
        "008613812345678",
        "１３８１２３４５６７８",
        "wang@school.test",
        "Wang@School.Test",
    ],
)
def test_a_person_signs_in_by_user_name_telephone_or_e_mail(client, wang, login):
    response = sign_in(client, login)

    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(wang.pk)


def test_signing_in_is_written_down(client, wang):
    sign_in(client, "wang.fang")

    assert AuditEvent.objects.get(event="user.signed_in").actor_id == wang.pk


def test_a_user_name_wins_over_somebody_elses_telephone_number(client, wang):
    thief = factories.make_user("13812345678")

    sign_in(client, "13812345678")

    assert client.session["_auth_user_id"] == str(thief.pk)


@pytest.mark.parametrize(
    "login", ["wang.fang", "wang@school.test", "13812345678", "nobody", "nobody@school.test"]
)
def test_a_wrong_try_learns_nothing_about_the_name(client, wang, login):
    response = sign_in(client, login, "not the password")

    assert response.context["form"].non_field_errors() == ["The name or the password isn't right."]
    assert not is_signed_in(client)
    assert login in response.content.decode()
    assert "not the password" not in response.content.decode()


def test_an_unknown_name_costs_as_much_hashing_as_a_known_one(client, wang, monkeypatch, settings):
    counted = []

    class Counting(hashers.MD5PasswordHasher):
        algorithm = "counting"

        def encode(self, password, salt):
            counted.append(password)
            return super().encode(password, salt)

    monkeypatch.setattr(hashers, "get_hashers", lambda: [Counting()])
    monkeypatch.setattr(hashers, "get_hasher", lambda algorithm="default": Counting())
    wang.set_password(PASSWORD)
    wang.save()
    counts = []
    for login in ("wang.fang", "nobody"):
        counted.clear()
        sign_in(client, login, "not the password")
        counts.append(len(counted))

    assert counts[0] == counts[1] > 0


def test_a_disabled_person_is_refused_with_the_same_words(client, wang):
    services.disable(user=wang, by=wang)

    response = sign_in(client, "wang.fang")

    assert response.context["form"].non_field_errors() == ["The name or the password isn't right."]
    assert not is_signed_in(client)


def test_disabling_somebody_ends_their_running_session_with_the_next_request(client, wang):
    client.force_login(wang)
    services.disable(user=wang, by=wang)

    response = client.get(reverse("accounts:preferences"))

    assert response.status_code == 302
    assert response["Location"].startswith(LOGIN)


def test_another_spelling_of_the_number_gives_no_further_tries(client, wang):
    for spelling in ("13812345678", "138 12345678", "1381234 5678", "wang.fang", "wang@school.test"):
        sign_in(client, spelling, "wrong")

    response = sign_in(client, "+8613812345678")

    assert "Too many" in response.context["form"].non_field_errors()[0]


def test_tries_at_one_account_dont_hinder_another(client, wang):
    other = factories.make_user("li.na")
    for _try in range(6):
        sign_in(client, "wang.fang", "wrong")

    sign_in(client, "li.na")

    assert client.session["_auth_user_id"] == str(other.pk)


def test_an_unknown_name_is_throttled_as_a_known_one_is(client, wang):
    for _try in range(5):
        sign_in(client, "nobody", "wrong")

    response = sign_in(client, "nobody", "wrong")

    assert "Too many" in response.context["form"].non_field_errors()[0]


@pytest.mark.parametrize(
    "target",
    ["https://evil.test/", "//evil.test/", "/\\evil.test", "javascript:alert(1)", "http:///evil.test"],
)
def test_signing_in_never_leads_to_another_site(client, wang, target):
    response = sign_in(client, "wang.fang", next=target)

    assert response.status_code == 302
    assert response["Location"] == "/"


def test_signing_in_leads_back_to_the_page_that_asked(client, wang):
    response = sign_in(client, "wang.fang", next="/me/preferences/")

    assert response["Location"] == "/me/preferences/"


def test_the_session_ends_with_the_browser_and_after_eight_hours_however_busy(client, wang):
    sign_in(client, "wang.fang")
    cookie = client.cookies["sessionid"]
    assert cookie["max-age"] == ""
    assert cookie["httponly"] is True
    session = client.session
    session[SIGNED_IN_AT] = (timezone.now() - timedelta(hours=8, seconds=1)).timestamp()
    session.save()

    response = client.get(reverse("accounts:preferences"))

    assert response.status_code == 302
    assert not is_signed_in(client)


def test_signing_out_needs_a_post_and_ends_the_session(client, wang):
    client.force_login(wang)

    assert client.get(reverse("account_logout")).status_code == 200
    assert is_signed_in(client)
    client.post(reverse("account_logout"))

    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "path",
    [
        "signup/",
        "email/",
        "inactive/",
        "reauthenticate/",
        "confirm-email/",
        "password/set/",
        "login/code/",
        "phone/verify/",
        "",
    ],
)
def test_addresses_of_allauth_that_we_dont_use_dont_exist(client, wang, path):
    assert client.get(f"/accounts/{path}").status_code == 404
    client.force_login(wang)
    assert client.post(f"/accounts/{path}").status_code == 404


def test_signing_up_has_no_address_at_all():
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")


def test_before_sign_in_the_language_is_kept_in_a_cookie(client, db):
    response = client.post(reverse("accounts:guest_language"), {"language": "zh-hans", "next": LOGIN})

    assert response["Location"] == LOGIN
    assert client.get(LOGIN)["Content-Language"] == "zh-hans"


def test_after_sign_in_the_person_s_own_language_counts(client, wang):
    client.cookies["django_language"] = "zh-hans"
    client.force_login(wang)

    assert client.get(reverse("accounts:preferences"))["Content-Language"] == "en"


@pytest.mark.parametrize(
    "target", ["https://evil.test/", "//evil.test", "a\x00b", "nowhere", "/\r\nSet-Cookie: x=1"]
)
def test_choosing_a_language_never_leads_to_another_site(client, db, target):
    response = client.post(reverse("accounts:guest_language"), {"language": "en", "next": target})

    assert response.status_code == 302
    assert response["Location"].startswith("/")
    assert "evil" not in response["Location"]
    assert "x" not in response.cookies


@pytest.mark.parametrize(
    ("referer", "back_to"),
    [
        ("http://testserver/me/?a=b", "/me/"),
        ("https://evil.test/me/", "/me/token/revoke/"),
        ("http://[", "/me/token/revoke/"),
        ("", "/me/token/revoke/"),
    ],
)
def test_after_a_form_sent_too_late_one_comes_back_to_the_page_with_the_form(client, db, referer, back_to):
    response = client.post(reverse("accounts:revoke_token"), HTTP_REFERER=referer)

    assert response["Location"] == f"{LOGIN}?next={back_to}"
