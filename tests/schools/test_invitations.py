"""Inviting people: who may, to what, and that a link makes exactly one person."""

from __future__ import annotations

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from schools import access, services
from schools.models import Invitation, Membership
from tests import factories
from tests.factories.places import PASSWORD

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
NEW = {"username": "li.na", "password": "three calm herons", "repeat": "three calm herons"}
JOIN = "/school/join/"


def invite(school, by, **fields):
    fields = {"role": "warden", "name": "Li Na", "now": timezone.now(), **fields}
    return services.invite(school=school, by=by, **fields)


def token_of(issued) -> str:
    return issued.link.rstrip("/").rsplit("/", 1)[1]


def follow(client, issued):
    return client.get(f"{JOIN}{token_of(issued)}/", follow=True)


# --- the link ------------------------------------------------------------------------------------
def test_only_the_hash_of_a_256_bit_token_is_kept(school, school_admin):
    issued = invite(school, school_admin)

    token = token_of(issued)
    assert len(token) >= 43  # 256 bits in base64
    assert issued.invitation.token_hash == services.fingerprint(token)
    row = Invitation.objects.values().get()
    assert token not in str(row)


def test_opening_the_link_shows_the_invitation_and_uses_nothing_up(client, school, school_admin):
    issued = invite(school, school_admin)

    for _time in range(2):
        response = follow(client, issued)
        assert response.status_code == 200
        assert response.redirect_chain == [(JOIN, 302)]
        assert "Qingshi Central School" in response.content.decode()
        assert "Warden" in response.content.decode()

    assert Invitation.objects.get().accepted_at is None


def test_accepting_makes_a_person_with_the_role_who_can_sign_in(client, school, school_admin):
    issued = invite(school, school_admin, phone="138 1234 5678")
    follow(client, issued)

    response = client.post(JOIN, NEW)

    assert response["Location"] == reverse("account_login")
    user = User.objects.get(username="li.na")
    assert (user.name, user.phone) == ("Li Na", "13812345678")
    assert [one.role for one in access.grants(user, on=timezone.localdate())] == ["warden"]
    client.post(reverse("account_login"), {"login": "138-1234-5678", "password": NEW["password"]})
    assert client.session["_auth_user_id"] == str(user.pk)
    first_page = client.get(reverse("schools:detail", args=[school.public_id]))
    assert first_page["Location"].startswith(reverse("mfa_index"))  # a second factor before anything else


def test_the_welcome_waits_until_the_new_person_has_signed_in(client, school, school_admin):
    follow(client, invite(school, school_admin))

    sign_in = client.post(JOIN, NEW, follow=True).content.decode()
    assert "Your account is ready" in sign_in
    assert "Welcome!" not in sign_in
    credentials = {"login": NEW["username"], "password": NEW["password"]}
    first_page = client.post(reverse("account_login"), credentials, follow=True).content.decode()

    assert "Welcome! The role is yours." in first_page


def test_the_person_speaks_the_language_they_joined_in(client, school, school_admin):
    client.cookies["django_language"] = "zh-hans"
    follow(client, invite(school, school_admin))

    client.post(JOIN, NEW)

    assert User.objects.get(username="li.na").language == "zh-hans"


def test_a_used_link_no_longer_works(client, school, school_admin):
    issued = invite(school, school_admin)
    follow(client, issued)
    client.post(JOIN, NEW)

    assert follow(client, issued).status_code == 410
    assert client.post(JOIN, {**NEW, "username": "second"}).status_code == 410
    assert not User.objects.filter(username="second").exists()


def test_a_link_older_than_seven_days_no_longer_works(client, school, school_admin):
    issued = invite(school, school_admin, now=timezone.now() - timedelta(days=7, seconds=1))

    assert follow(client, issued).status_code == 410


def test_a_withdrawn_link_no_longer_works(client, school, school_admin):
    issued = invite(school, school_admin)
    follow(client, issued)
    services.withdraw_invitation(invitation=issued.invitation, by=school_admin, now=timezone.now())

    assert client.post(JOIN, NEW).status_code == 410


@pytest.mark.parametrize("end", ["role", "account"])
def test_a_link_dies_with_the_right_of_whoever_made_it(client, school, school_admin, end):
    issued = invite(school, school_admin)
    follow(client, issued)
    if end == "role":
        school_admin.memberships.update(ended_on=timezone.localdate() - timedelta(days=1))
    else:
        User.objects.filter(pk=school_admin.pk).update(is_active=False)

    response = client.post(JOIN, NEW)

    assert "no longer works" in response.content.decode()
    assert not User.objects.filter(username=NEW["username"]).exists()
    assert Invitation.objects.get().accepted_at is None


def test_an_accepted_invitation_cant_be_withdrawn(school, school_admin):
    issued = invite(school, school_admin)
    services.accept_as_new_person(
        token_hash=issued.invitation.token_hash,
        username="li.na",
        password=NEW["password"],
        language="en",
        now=timezone.now(),
    )

    with pytest.raises(services.RefusedError):
        services.withdraw_invitation(invitation=issued.invitation, by=school_admin, now=timezone.now())


@pytest.mark.parametrize("token", ["made-up", "%00", "x" * 3000, "字"])
def test_a_made_up_link_answers_kindly(client, db, token):
    assert client.get(f"{JOIN}{token}/", follow=True).status_code == 410


def test_the_token_is_in_no_log_line(client, school, school_admin, caplog, mailoutbox):
    caplog.set_level(logging.DEBUG)
    issued = invite(school, school_admin, email="li@school.test")
    follow(client, issued)
    client.post(JOIN, {})
    client.post(JOIN, NEW)
    follow(client, issued)

    assert token_of(issued) not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_twenty_uses_at_once_make_one_person(school, school_admin):
    issued = invite(school, school_admin)

    def accept(number: int) -> bool:
        try:
            services.accept_as_new_person(
                token_hash=issued.invitation.token_hash,
                username=f"li.na{number}",
                password=NEW["password"],
                language="en",
                now=timezone.now(),
            )
        except services.RefusedError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(accept, range(20)))

    assert results.count(True) == 1
    assert User.objects.filter(username__startswith="li.na").count() == 1
    assert Membership.objects.filter(role="warden").count() == 1


# --- what is typed -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("data", "field", "why"),
    [
        ({"username": "school_admin"}, "username", "taken"),
        ({"username": "School_Admin"}, "username", "taken"),
        ({"username": "school_admin@school.test"}, "username", "taken"),
        ({"username": "a b"}, "username", "valid username"),
        ({"password": "short", "repeat": "short"}, "password", "too short"),
        ({"password": "password123", "repeat": "password123"}, "password", "too common"),
        ({"repeat": "something else"}, "repeat", "differ"),
    ],
)
def test_what_cant_be_kept_is_said_beside_the_field(client, school, school_admin, data, field, why):
    follow(client, invite(school, school_admin))

    response = client.post(JOIN, {**NEW, **data})

    assert response.status_code == 422
    assert why in " ".join(response.context["form"].errors[field])
    assert Invitation.objects.get().accepted_at is None


def test_somebody_else_s_number_isnt_free_as_a_user_name(client, school, school_admin):
    factories.make_user("other", phone="13812345678")
    follow(client, invite(school, school_admin))

    response = client.post(JOIN, {**NEW, "username": "13812345678"})

    assert "taken" in response.context["form"].errors["username"][0]


def test_whose_address_has_an_account_is_asked_to_sign_in(client, school, school_admin):
    factories.make_user("li", email="li@school.test")
    follow(client, invite(school, school_admin, email="Li@school.test"))

    response = client.post(JOIN, NEW)

    assert "sign in first" in response.context["refused"]


def test_whoever_is_signed_in_takes_the_role_with_their_own_account(client, school, school_admin, stranger):
    issued = invite(school, school_admin)
    follow(client, issued)
    client.post(reverse("account_login"), {"login": "stranger", "password": PASSWORD, "next": JOIN})

    response = client.post(JOIN)

    assert response.status_code == 302
    assert access.can(
        User.objects.get(pk=stranger.pk), access.Perm.TALK_LOG, school=school, on=timezone.localdate()
    )


def test_nobody_accepts_their_own_invitation(client, school, school_admin):
    client.force_login(school_admin)
    follow(client, invite(school, school_admin))

    response = client.post(JOIN)

    assert response.status_code == 422
    assert "nobody invites themselves" in response.context["refused"]
    assert not Membership.objects.filter(user=school_admin, role="warden").exists()


@pytest.mark.parametrize("own", [{"email": "School_Admin@school.test"}, {"phone": "138 1234 5678"}])
def test_nobody_invites_their_own_address(school, school_admin, own):
    school_admin.phone = "13812345678"

    with pytest.raises(services.RefusedError, match="nobody invites themselves"):
        invite(school, school_admin, **own)


# --- the page ------------------------------------------------------------------------------------
def url(school) -> str:
    return reverse("schools:invite", args=[school.public_id])


def test_without_an_address_the_link_is_shown_once(client, school, school_admin):
    client.force_login(school_admin)

    response = client.post(url(school), {"name": "Li Na", "role": "warden"})

    link = response.context["issued"].link
    assert link in response.content.decode()
    page = client.get(reverse("schools:school_members", args=[school.public_id])).content.decode()
    assert "Li Na" in page
    assert link.rsplit("/", 2)[1] not in page


def test_with_an_address_the_link_goes_by_mail_alone(client, school, school_admin, mailoutbox):
    client.force_login(school_admin)

    response = client.post(url(school), {"name": "Li Na", "role": "warden", "email": "li@school.test"})

    assert response.status_code == 302
    mail = mailoutbox[0]
    assert mail.to == ["li@school.test"]
    assert "Li Na" not in mail.subject
    assert re.search(r"https?://\S+/school/join/\S{43}/", mail.body)


def test_when_mail_fails_the_invitation_stands_and_the_link_is_shown(client, school, school_admin, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # the discard port: nobody listens
    client.force_login(school_admin)

    response = client.post(url(school), {"name": "Li Na", "role": "warden", "email": "li@school.test"})

    assert response.status_code == 200
    assert "/school/join/" in response.content.decode()
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"role": "district_official"}, "role"),
        ({"role": "root"}, "role"),
        ({"role": "homeroom_teacher"}, "school_class"),
        ({"role": "warden", "email": "not an address"}, "email"),
        ({"role": "warden", "phone": "call me"}, "phone"),
        ({"role": "warden", "name": ""}, "name"),
        ({"role": "warden", "name": "x" * 81}, "name"),
    ],
)
def test_what_a_school_cant_offer_is_refused_beside_the_field(client, school, school_admin, data, field):
    client.force_login(school_admin)

    response = client.post(url(school), {"name": "Li Na", **data})

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not Invitation.objects.exists()


def test_a_homeroom_teacher_is_invited_to_a_class_of_this_school_only(
    client, school, school_admin, school_class, other_school
):
    foreign = factories.make_class(other_school, 3, 2)
    client.force_login(school_admin)
    data = {"name": "Li Na", "role": "homeroom_teacher"}

    refused = client.post(url(school), {**data, "school_class": foreign.pk})
    taken = client.post(url(school), {**data, "school_class": school_class.pk})

    assert "school_class" in refused.context["form"].errors
    assert taken.context["issued"].invitation.school_class == school_class


def test_a_head_teacher_may_invite_and_others_may_not(
    client, school, head_teacher, homeroom_teacher, official, stranger
):
    answers = {}
    for user in (head_teacher, homeroom_teacher, official, stranger):
        client.force_login(user)
        answers[user.username] = client.get(url(school)).status_code

    assert answers == {"head_teacher": 200, "homeroom_teacher": 403, "official": 403, "stranger": 404}


def test_an_invitation_is_withdrawn_by_those_who_may_invite_here(client, school, school_admin, stranger):
    issued = invite(school, school_admin)
    address = reverse("schools:invitation_withdraw", args=[school.public_id, issued.invitation.public_id])
    client.force_login(stranger)
    assert client.post(address).status_code == 404

    client.force_login(school_admin)
    assert client.post(address).status_code == 302

    issued.invitation.refresh_from_db()
    assert issued.invitation.withdrawn_at is not None


def test_an_invitation_of_another_school_isnt_found_under_ours(client, school, other_school, school_admin):
    foreign = factories.make_invitation(other_school, by=school_admin)
    client.force_login(school_admin)

    response = client.post(reverse("schools:invitation_withdraw", args=[school.public_id, foreign.public_id]))

    assert response.status_code == 404
