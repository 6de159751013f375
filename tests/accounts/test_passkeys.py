"""What a browser may send in a passkey's name; that a real one works shows tests/journeys/test_second_factor.py."""

from __future__ import annotations

import base64
import json

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from tests.accounts.steps import CODE_PAGE, give_password, is_signed_in
from tests.factories import factors


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def answer(**response: str) -> str:
    return json.dumps({"id": b64(b"key"), "rawId": b64(b"key"), "type": "public-key", "response": response})


CLIENT_DATA = b64(b'{"type":"webauthn.create","challenge":"AAAA","origin":"https://evil.example"}')
BROKEN = {
    "nothing": "",
    "no JSON": "{",
    "a list": "[]",
    "a number": "7",
    "deep": "[" * 9_000,
    "empty": "{}",
    "wrong types": '{"id": 1, "rawId": null, "type": [], "response": 3}',
    "no response": '{"id": "a", "rawId": "a", "type": "public-key"}',
    "empty response": answer(),
    "no base64": answer(clientDataJSON="%%%", attestationObject="\u0430"),
    "no CBOR": answer(clientDataJSON=CLIENT_DATA, attestationObject=b64(b"\xff\xff\xff")),
    "short data": answer(clientDataJSON=CLIENT_DATA, authenticatorData=b64(b"x"), signature=b64(b"y")),
    "somebody else's": answer(
        clientDataJSON=CLIENT_DATA, authenticatorData=b64(bytes(37)), signature=b64(b"y")
    ),
    "attestation of nothing": answer(clientDataJSON=CLIENT_DATA, attestationObject=b64(b"\xa0")),
    "too long": answer(clientDataJSON="A" * 30_000),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_no_broken_answer_signs_in(client, homeroom_teacher, kind):
    factors.make_app(homeroom_teacher)
    give_password(client, homeroom_teacher)

    response = client.post(CODE_PAGE, {"credential": BROKEN[kind]})

    assert response.status_code == 422
    assert "This passkey didn&#x27;t work." in response.content.decode()
    assert not is_signed_in(client)


@pytest.mark.parametrize("kind", BROKEN)
def test_no_broken_answer_becomes_a_passkey(homeroom_teacher, kind):
    client = Client(headers={"host": "localhost"})
    client.force_login(homeroom_teacher)
    assert client.get(reverse("mfa_add_webauthn")).context["question"]

    response = client.post(reverse("mfa_add_webauthn"), {"name": "Key", "credential": BROKEN[kind]})

    assert response.status_code == 422
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize(
    ("host", "secure", "possible"),
    [
        ("kiteline.example", True, True),
        ("kiteline.example", False, False),
        ("localhost:8000", False, True),
        ("127.0.0.1:8000", False, False),
        ("10.0.0.5", True, False),
        ("[::1]:8000", True, False),
    ],
)
def test_passkeys_are_offered_where_browsers_know_them(homeroom_teacher, host, secure, possible):
    client = Client(headers={"host": host})
    client.force_login(homeroom_teacher)

    page = client.get(reverse("mfa_index"), secure=secure)

    assert page.context["passkeys_possible"] is possible
    assert ("Add a passkey" in page.content.decode()) is possible


def test_the_question_names_the_person_and_the_program_and_no_number_of_the_database(homeroom_teacher):
    client = Client(headers={"host": "localhost"})
    client.force_login(homeroom_teacher)

    asked = json.loads(client.get(reverse("mfa_add_webauthn")).context["question"])["publicKey"]

    assert asked["rp"] == {"name": "Kiteline", "id": "localhost"}
    assert asked["user"]["name"] == homeroom_teacher.username
    assert asked["user"]["id"] == b64(homeroom_teacher.public_id.bytes)
