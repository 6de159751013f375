"""A new code sheet, handed over face to face to a colleague who lost their second factor."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import step_up
from accounts.models import User
from accounts.roles import Role
from accounts.second_factor import services as factor_services
from core.models import AuditEvent
from reminders.models import Reminder
from schools.models import Membership, School
from tests import factories
from tests.factories import factors


@pytest.fixture
def admin(client: Client, school_admin: User) -> Client:
    client.force_login(school_admin)
    return client


def ask(client: Client, school: School, user: User) -> Any:
    membership = Membership.objects.filter(user=user).order_by("pk").last()
    url = reverse("schools:factors_reset", args=[school.public_id])
    return client.post(url, {"membership": membership.pk if membership else 0})


def test_the_sheet_is_shown_once_and_takes_the_place_of_everything(admin, school, homeroom_teacher):
    factors.make_app(homeroom_teacher)

    page = ask(admin, school, homeroom_teacher)

    codes = page.context["codes"]
    assert all(code in page.content.decode() for code in codes)
    assert homeroom_teacher.name in page.content.decode()
    assert [one.type for one in Authenticator.objects.filter(user=homeroom_teacher)] == ["recovery_codes"]
    now = timezone.now()
    assert factor_services.use_code(user=homeroom_teacher, code=codes[0], now=now) == "recovery_codes"


def test_their_sessions_end_and_they_are_told(admin, school, homeroom_teacher, school_admin):
    theirs = Client()
    theirs.force_login(homeroom_teacher)

    ask(admin, school, homeroom_teacher)

    assert theirs.get("/")["Location"].startswith("/accounts/login/")
    assert Reminder.objects.filter(recipient=homeroom_teacher, category="second_factor").exists()
    event = AuditEvent.objects.get(event="membership.factors_reset")
    assert (event.actor_id, event.school_id) == (school_admin.pk, school.pk)


def test_it_wants_a_fresh_factor_of_whoever_hands_it_over(admin, school, homeroom_teacher):
    session = admin.session
    session[step_up.SESSION_KEY]["at"] -= 601
    session.save()

    assert ask(admin, school, homeroom_teacher)["Location"].startswith(reverse("mfa_step_up"))
    assert not Authenticator.objects.exists()


def test_nobody_does_it_for_themselves(admin, school, school_admin):
    app = factors.make_app(school_admin)

    assert ask(admin, school, school_admin).status_code == 302
    assert Authenticator.objects.get(user=school_admin) == app


def test_whoever_works_in_another_school_too_is_not_this_schools_to_help(
    admin, school, other_school, homeroom_teacher
):
    factories.make_membership(homeroom_teacher, Role.WARDEN, school=other_school)
    app = factors.make_app(homeroom_teacher)
    ours = Membership.objects.get(user=homeroom_teacher, role=Role.HOMEROOM_TEACHER)

    admin.post(reverse("schools:factors_reset", args=[school.public_id]), {"membership": ours.pk})

    assert Authenticator.objects.get(user=homeroom_teacher) == app


def test_somebody_whose_role_has_ended_is_not_helped(admin, school, warden):
    Membership.objects.filter(user=warden).update(started_on="2020-09-01", ended_on="2020-10-01")

    ask(admin, school, warden)

    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("number", ["", "x", "0", "9" * 30])
def test_a_membership_of_nothing_resets_nothing(admin, school, number):
    url = reverse("schools:factors_reset", args=[school.public_id])

    assert admin.post(url, {"membership": number}).status_code == 302


def test_a_membership_of_the_school_next_door_is_not_found(admin, school, stranger):
    assert ask(admin, school, stranger).status_code == 404


def test_the_people_page_offers_it_for_others_and_not_for_oneself(admin, school, homeroom_teacher):
    page = admin.get(reverse("schools:school_members", args=[school.public_id])).content.decode()

    assert page.count("Make a new sheet") == Membership.objects.count() - 1


def test_the_operator_prints_a_sheet_for_anybody(official):
    output = StringIO()

    call_command("reset_second_factor", official.username, stdout=output)

    codes = output.getvalue().split()
    assert len(codes) == 10
    assert factor_services.use_code(user=official, code=codes[0], now=timezone.now()) == "recovery_codes"


@pytest.mark.django_db
def test_the_operator_is_told_when_nobody_is_called_so():
    with pytest.raises(CommandError, match="Nobody signs in as"):
        call_command("reset_second_factor", "nobody")
