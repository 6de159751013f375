"""What nobody does alone: giving a role that reads of every child, and leaving a school without a lead."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import NEEDS_TWO_PEOPLE, ROLES, Role
from schools import access, services
from schools.models import Invitation, Membership
from tests import factories


def invite(school, by, **fields):
    fields = {"role": "counsellor", "name": "Li Na", "now": timezone.now(), **fields}
    return services.invite(school=school, by=by, **fields)


def accept(issued, **fields):
    token = issued.link.rstrip("/").rsplit("/", 1)[1]
    fields = {"username": "li.na", "password": "three calm herons", "language": "en", **fields}
    return services.accept_as_new_person(token_hash=services.fingerprint(token), now=timezone.now(), **fields)


def test_the_roles_that_take_two_people_are_those_that_read_of_all_or_give_roles():
    alone = {"talk.read", "talk.read_restricted", "member.invite"}
    wide = {
        role.value
        for role, spec in ROLES.items()
        if {perm.value for perm in spec.rights} & alone and spec.reach == "school"
    }

    assert set(NEEDS_TWO_PEOPLE) == wide


@pytest.mark.parametrize("role", NEEDS_TWO_PEOPLE)
def test_an_invented_colleague_cant_be_brought_in_by_one_person(school, school_admin, lead, role):
    issued = invite(school, school_admin, role=role)

    assert (issued.link, issued.mailed) == ("", False)  # nobody has a link yet
    with pytest.raises(services.RefusedError, match="a colleague must confirm"):
        services.confirm_invitation(invitation=issued.invitation, by=school_admin, now=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.filter(pk=issued.invitation.pk).update(accepted_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.filter(pk=issued.invitation.pk).update(
            confirmed_at=timezone.now(), confirmed_by=school_admin
        )


def test_a_second_person_confirms_and_gets_the_link(school, school_admin, lead):
    issued = invite(school, school_admin)

    confirmed = services.confirm_invitation(invitation=issued.invitation, by=lead, now=timezone.now())
    membership = accept(confirmed)

    assert membership.role == "counsellor"
    with pytest.raises(services.RefusedError, match="no longer waits"):
        services.confirm_invitation(invitation=issued.invitation, by=lead, now=timezone.now())


def test_with_an_address_the_link_goes_there_and_to_neither_of_the_two(
    client, school, school_admin, lead, mailoutbox
):
    invite(school, school_admin, email="li@school.test")
    assert mailoutbox == []
    client.force_login(lead)
    waiting = reverse("schools:invitations_to_confirm", args=[school.public_id])
    assert waiting in client.get(reverse("students:today")).content.decode()
    assert "li@school.test" in client.get(waiting).content.decode()

    response = client.post(
        reverse("schools:invitation_confirm", args=[school.public_id, Invitation.objects.get().public_id])
    )

    assert response["Location"] == waiting
    assert [mail.to for mail in mailoutbox] == [["li@school.test"]]


def test_whoever_confirmed_doesnt_take_the_role_themselves(school, school_admin, lead):
    issued = invite(school, school_admin)
    confirmed = services.confirm_invitation(invitation=issued.invitation, by=lead, now=timezone.now())
    token = confirmed.link.rstrip("/").rsplit("/", 1)[1]

    for person in (lead, school_admin):
        with pytest.raises(services.RefusedError, match="nobody invites themselves"):
            services.accept_as(token_hash=services.fingerprint(token), user=person, now=timezone.now())


@pytest.mark.parametrize("gone", ["school_admin", "lead"])
def test_the_link_dies_with_the_right_of_either(request, school, school_admin, lead, gone):
    issued = invite(school, school_admin)
    confirmed = services.confirm_invitation(invitation=issued.invitation, by=lead, now=timezone.now())
    user = request.getfixturevalue(gone)
    user.memberships.update(ended_on=timezone.localdate() - timedelta(days=1))

    with pytest.raises(services.RefusedError, match="no longer works"):
        accept(confirmed)


def test_such_a_role_isnt_given_to_a_colleague_in_passing_either(school, school_admin, warden, today):
    with pytest.raises(services.RefusedError, match="second person"):
        services.grant_role(user=warden, role="counsellor", school=school, by=school_admin, on=today)


def test_a_new_school_gets_its_first_people_from_the_terminal(school, lead):
    out = StringIO()
    call_command("invite", "--school", school.code, "--role", "head_teacher", "--name", "Wang", stdout=out)

    assert "/school/join/" in out.getvalue()


# --- the last safeguarding lead ---------------------------------------------------------------------------
def end(user, school, by, today, **more):
    membership = Membership.objects.get(user=user)
    return services.end_membership(membership=membership, school=school, by=by, on=today, **more)


def test_the_last_lead_can_be_neither_removed_nor_given_a_last_day(school, lead, school_admin, today):
    for more in ({}, {"last_day": today + timedelta(days=90)}):
        with pytest.raises(services.RefusedError, match="last safeguarding lead"):
            end(lead, school, school_admin, today, **more)

    assert access.has_lead(school, on=today)


def test_a_lead_whose_time_runs_out_doesnt_count_as_staying(school, lead, school_admin, today):
    second = factories.make_user("second")
    factories.make_membership(second, Role.SAFEGUARDING_LEAD, school=school)
    end(second, school, school_admin, today, last_day=today + timedelta(days=30))

    with pytest.raises(services.RefusedError, match="last safeguarding lead"):
        end(lead, school, school_admin, today)


def test_the_last_lead_s_account_stays_open_too(school, lead, today):
    with pytest.raises(CommandError, match="last safeguarding lead of Qingshi"):
        call_command("close_account", lead.username)

    assert User.objects.get(pk=lead.pk).is_active
    factories.make_membership(factories.make_user("second"), Role.SAFEGUARDING_LEAD, school=school)
    call_command("close_account", lead.username, stdout=StringIO())
    assert not User.objects.get(pk=lead.pk).is_active


@pytest.mark.django_db(transaction=True)
def test_two_who_remove_each_other_s_lead_at_once_leave_one(school, lead, school_admin, head_teacher, today):
    second = factories.make_user("second")
    factories.make_membership(second, Role.SAFEGUARDING_LEAD, school=school)

    def remove(pair) -> bool:
        try:
            end(*pair, today)
        except services.RefusedError:
            return False
        finally:
            connection.close()
        return True

    for _round in range(3):
        Membership.objects.filter(role=Role.SAFEGUARDING_LEAD).update(ended_on=None)
        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(remove, [(lead, school, school_admin), (second, school, head_teacher)]))

        assert sorted(done) == [False, True]
        assert Membership.objects.active(today).filter(role=Role.SAFEGUARDING_LEAD).count() == 1
