"""Leaving ends access with the next request: sessions, API token, and the database's own view."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.module_loading import import_string
from rest_framework.authtoken.models import Token

from accounts import services as account_services
from accounts.models import BrowserSession
from accounts.roles import Role
from core.models import AuditEvent
from schools import services
from schools.models import Membership
from tests import factories
from tests.api_client import ROOT, as_program
from tests.conftest import TODAY

YESTERDAY = TODAY - timedelta(days=1)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def membership(user) -> Membership:
    return Membership.objects.get(user=user)


def is_refused(client: Client) -> bool:
    response = client.get(reverse("accounts:me"))
    return response.status_code == 302 and response["Location"].startswith("/accounts/login/")


def test_with_the_last_role_every_session_and_the_token_end_at_once(counsellor, school_admin, school):
    browsers, program = [signed_in(counsellor) for _ in range(2)], as_program(counsellor)

    services.end_membership(membership=membership(counsellor), school=school, by=school_admin, on=TODAY)

    assert [is_refused(one) for one in browsers] == [True, True]
    assert program.get(f"{ROOT}/schools/").status_code == 401
    event = AuditEvent.objects.get(event="user.access_ended")
    assert (event.actor_id, event.details) == (school_admin.pk, {"sessions": 2, "tokens": 1})


def test_with_another_role_left_in_any_school_the_session_goes_on(
    counsellor, school_admin, school, other_school
):
    factories.make_membership(counsellor, Role.COUNSELLOR, school=other_school)
    client = signed_in(counsellor)

    services.end_membership(
        membership=Membership.objects.get(user=counsellor, school=school),
        school=school,
        by=school_admin,
        on=TODAY,
    )

    assert not is_refused(client)


def test_a_last_day_to_come_leaves_the_session_until_then(counsellor, school_admin, school):
    client = signed_in(counsellor)
    services.end_membership(
        membership=membership(counsellor), school=school, last_day=TODAY, by=school_admin, on=TODAY
    )

    assert not is_refused(client)
    assert services.end_access_of_leavers(on=TODAY) == 0
    assert services.end_access_of_leavers(on=TODAY + timedelta(days=1)) >= 1
    assert is_refused(client)


def test_the_sweep_ends_what_somebody_without_a_role_left_open_and_nothing_else(counsellor, lead):
    leaver, colleague, program = signed_in(counsellor), signed_in(lead), as_program(counsellor)
    Membership.objects.filter(user=counsellor).update(ended_on=YESTERDAY)

    assert services.end_access_of_leavers(on=TODAY) == 1

    assert is_refused(leaver)
    assert program.get(f"{ROOT}/schools/").status_code == 401
    assert not is_refused(colleague)
    assert services.end_access_of_leavers(on=TODAY) == 0


def test_a_token_alone_is_enough_to_be_swept(counsellor):
    as_program(counsellor)
    Membership.objects.filter(user=counsellor).update(ended_on=YESTERDAY)

    services.end_access_of_leavers(on=TODAY)

    assert not Token.objects.exists()


def test_closing_an_account_ends_its_sessions_at_once(counsellor, school_admin):
    client = signed_in(counsellor)

    account_services.disable(user=counsellor, by=school_admin)

    assert not BrowserSession.objects.filter(user=counsellor).exists()
    assert is_refused(client)


def test_the_sweeps_are_among_what_beat_wakes(counsellor):
    client = signed_in(counsellor)
    Membership.objects.filter(user=counsellor).update(ended_on=date(2020, 1, 1), started_on=date(2019, 9, 1))
    planned = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    for name in ("schools.tasks.end_access_of_leavers", "accounts.tasks.sweep_sessions"):
        assert name in planned
        import_string(name)()

    assert is_refused(client)
