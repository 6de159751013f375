"""Letting one colleague read one entry, and taking that back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEvent
from counselling import access
from counselling.models import EntryGrant
from tests import factories
from tests.counselling.test_levels import SECRET, signed_in, talk_page


@pytest.fixture
def restricted(student, counsellor):
    return factories.make_session(student, counsellor, sensitivity="restricted", line=SECRET)


def share(client, session, user):
    url = reverse("counselling:talk_readers", args=[session.public_id])
    return client.post(url, {"user": str(user.public_id)})


def unshare(client, session, user):
    return client.post(reverse("counselling:talk_unshare", args=[session.public_id, user.public_id]))


def test_what_was_never_given_can_t_be_taken_back(client, restricted, counsellor, warden):
    assert unshare(signed_in(client, counsellor), restricted, warden).status_code == 404


def test_a_colleague_named_later_reads_until_it_is_taken_back(client, restricted, counsellor, warden):
    share(signed_in(client, counsellor), restricted, warden)
    share(client, restricted, warden)
    while_named = signed_in(client, warden).get(talk_page(restricted))
    unshare(signed_in(client, counsellor), restricted, warden)
    after = signed_in(client, warden).get(talk_page(restricted))

    assert SECRET in while_named.content.decode()
    assert after.status_code == 404
    events = AuditEvent.objects.filter(event__in=["session.shared", "session.unshared"]).order_by("pk")
    assert [(event.event, event.details["user"], event.actor_id) for event in events] == [
        ("session.shared", warden.pk, counsellor.pk),
        ("session.unshared", warden.pk, counsellor.pk),
    ]
    assert EntryGrant.objects.get().revoked_by == counsellor


def test_the_lead_shares_a_restricted_entry_and_no_named_reader_shares_on(
    client, restricted, lead, warden, head_teacher
):
    shared = share(signed_in(client, lead), restricted, warden)
    passed_on = share(signed_in(client, warden), restricted, head_teacher)

    assert (shared.status_code, passed_on.status_code) == (302, 403)
    assert EntryGrant.objects.get().user == warden


def test_a_sealed_entry_is_shared_by_its_author_alone(client, student, counsellor, lead, warden):
    sealed = factories.make_session(student, counsellor, sensitivity="sealed", named=[lead])

    assert share(signed_in(client, lead), sealed, warden).status_code == 403
    assert share(signed_in(client, counsellor), sealed, warden).status_code == 302


def test_a_sealed_entry_keeps_a_second_reader(client, student, counsellor, lead, warden):
    sealed = factories.make_session(student, counsellor, sensitivity="sealed", named=[lead])
    signed_in(client, counsellor)

    unshare(client, sealed, lead)
    assert sealed.grants.get().revoked_at is None
    share(client, sealed, warden)
    unshare(client, sealed, lead)

    assert EntryGrant.objects.get(revoked_at=None).user == warden


@pytest.mark.parametrize("whom", ["school_admin", "stranger"])
def test_nobody_outside_the_pupils_circle_is_named(request, client, restricted, counsellor, whom):
    answer = share(signed_in(client, counsellor), restricted, request.getfixturevalue(whom))

    assert answer.status_code == 422
    assert not EntryGrant.objects.exists()


def test_being_named_ends_with_the_last_day_of_work(client, restricted, counsellor, warden):
    factories.make_grant(restricted, warden)
    warden.memberships.update(ended_on=timezone.localdate() - timedelta(days=1))

    assert signed_in(client, warden).get(talk_page(restricted)).status_code == 404


@pytest.mark.parametrize("level", ["school", "process"])
def test_an_entry_of_another_level_is_not_shared(client, student, counsellor, warden, level):
    session = factories.make_session(student, counsellor, sensitivity=level)

    assert share(signed_in(client, counsellor), session, warden).status_code == 403


def test_the_readers_of_an_entry_are_listed_for_its_readers(client, restricted, counsellor, lead, warden):
    factories.make_grant(restricted, warden)
    url = reverse("counselling:talk_readers", args=[restricted.public_id])

    page = signed_in(client, lead).get(url).content.decode()

    assert "3 people can read this:" in page
    assert "Warden" in page
    assert SECRET not in page


def test_a_grant_made_for_one_entry_opens_no_other(client, student, counsellor, warden):
    named = factories.make_session(student, counsellor, sensitivity="sealed", named=[warden])
    other = factories.make_session(student, counsellor, sensitivity="sealed", line=SECRET)

    signed_in(client, warden)

    assert client.get(talk_page(named)).status_code == 200
    assert client.get(talk_page(other)).status_code == 404


def test_a_promise_after_a_sealed_entry_is_taken_over_by_its_readers_alone(
    student, counsellor, lead, warden, head_teacher, today
):
    sealed = factories.make_session(student, counsellor, sensitivity="sealed", named=[warden])
    factories.make_grant(sealed, head_teacher, revoked_at=timezone.now(), revoked_by=counsellor)
    promise = factories.make_follow_up(sealed)

    assert set(access.may_take_over(promise, on=today)) == {counsellor, warden}
