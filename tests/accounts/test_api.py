"""A program gives its token back."""

from __future__ import annotations

from django.test import Client
from rest_framework.authtoken.models import Token

from core.models import AuditEvent
from tests.api_client import ROOT, as_person, as_program


def test_a_program_takes_its_token_back_and_is_signed_out(counsellor):
    client = as_program(counsellor)

    response = client.delete(f"{ROOT}/token/")

    assert response.status_code == 204
    assert client.get(f"{ROOT}/students/").status_code == 401
    assert AuditEvent.objects.filter(event="user.token_revoked", actor_id=counsellor.pk).exists()


def test_it_is_one_s_own_token_and_nobody_else_s(counsellor, stranger):
    as_program(counsellor)

    as_person(stranger).delete(f"{ROOT}/token/")
    Client().delete(f"{ROOT}/token/")

    assert Token.objects.filter(user=counsellor).exists()


def test_a_disabled_person_s_token_works_no_more(counsellor):
    client = as_program(counsellor)
    counsellor.is_active = False
    counsellor.save()

    assert client.get(f"{ROOT}/students/").status_code == 401
