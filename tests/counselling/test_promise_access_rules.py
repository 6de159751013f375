"""Promises: who sees, ends, hands over and takes over which; and what break-glass opens of sealed words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from accounts.roles import Role
from counselling import access
from counselling.models import Session
from schools.models import Membership
from students.models import Pairing
from tests import factories

Level = Session.Sensitivity


def leave(user, today):
    Membership.objects.filter(user=user).update(ended_on=today - timedelta(days=1))


def opened(user, student, now, **fields):
    factories.make_emergency(student, user, **fields)
    user.seen_at = now
    return access.reading(user, student, on=timezone.localdate(now))


def test_sealed_words_open_to_whose_own_use_a_second_person_approved(
    student, other_teacher, paired_teacher, lead, now
):
    approved = {"approved_by": lead, "approved_at": now}

    assert opened(other_teacher, student, now, **approved).sealed
    assert not opened(paired_teacher, student, now).sealed


def test_an_approved_use_opens_no_other_pupil_s_sealed_words(
    student, other_student, paired_teacher, lead, now
):
    opened(paired_teacher, other_student, now, approved_by=lead, approved_at=now)

    assert not access.reading(paired_teacher, student, on=timezone.localdate(now)).sealed


def test_an_approved_use_ends_with_the_role_at_its_school(
    student, foreign_student, paired_teacher, other_school, lead, today, now
):
    opened(paired_teacher, student, now, approved_by=lead, approved_at=now)
    leave(paired_teacher, today)
    factories.make_membership(
        paired_teacher, Role.HOMEROOM_TEACHER, school_class=factories.make_class(other_school)
    )
    for kept in ("_grants", "_emergencies", "_reaches"):
        paired_teacher.__dict__.pop(kept, None)

    there = opened(paired_teacher, foreign_student, now)

    assert there.school_wide
    assert not access.reading(paired_teacher, student, on=timezone.localdate(now)).sealed


def test_whoever_reads_in_an_emergency_ends_no_promise(student, counsellor, other_teacher, now):
    promise = factories.make_follow_up(factories.make_session(student, counsellor))
    opened(other_teacher, student, now)
    on = timezone.localdate(now)

    assert promise in access.visible_follow_ups(other_teacher, on=on)
    with pytest.raises(PermissionDenied):
        access.get_follow_up_or_404(other_teacher, promise.public_id, on=on)


def test_a_promise_of_a_pupil_one_no_longer_sees_is_gone(student, paired_teacher, counsellor, today):
    promise = factories.make_follow_up(factories.make_session(student, counsellor), owner=paired_teacher)
    assert promise in access.visible_follow_ups(paired_teacher, on=today)
    Pairing.objects.filter(teacher=paired_teacher).update(ended_on=today - timedelta(days=1))

    assert promise not in access.visible_follow_ups(paired_teacher, on=today)


def test_only_open_promises_that_one_may_see_are_left_behind(
    student, paired_teacher, counsellor, lead, today
):
    now = timezone.now()
    plain = factories.make_session(student, counsellor)
    sealed = factories.make_session(student, counsellor, sensitivity=Level.SEALED)
    kept, done, dropped, secret = (
        factories.make_follow_up(one, owner=paired_teacher) for one in (plain, plain, plain, sealed)
    )
    done.done_at, done.done_by = now, lead
    done.save()
    dropped.cancelled_at, dropped.cancelled_by = now, lead
    dropped.save()
    leave(paired_teacher, today)

    assert set(access.left_behind(lead, on=today)) == {kept}
    assert secret not in access.visible_follow_ups(lead, on=today)


def test_promises_are_handed_over_where_one_has_that_right(
    student, paired_teacher, counsellor, lead, other_school, foreign_student, today
):
    promise = factories.make_follow_up(factories.make_session(student, counsellor), owner=paired_teacher)
    there = factories.make_follow_up(
        factories.make_session(foreign_student, counsellor), owner=paired_teacher
    )
    factories.make_membership(lead, Role.COUNSELLOR, school=other_school)
    leave(paired_teacher, today)

    assert there in access.visible_follow_ups(lead, on=today)
    assert set(access.left_behind(lead, on=today)) == {promise}
    assert not access.left_behind(counsellor, on=today).exists()
    with pytest.raises(PermissionDenied):
        access.get_left_behind_or_404(counsellor, promise.public_id, on=today)


def test_a_promise_that_somebody_keeps_is_none_to_hand_over(student, paired_teacher, lead, today):
    promise = factories.make_follow_up(factories.make_session(student, paired_teacher))

    with pytest.raises(Http404):
        access.get_left_behind_or_404(lead, promise.public_id, on=today)


def test_a_sealed_promise_goes_to_a_named_reader_who_talks_with_the_pupil(
    student, counsellor, lead, warden, head_teacher, homeroom_teacher, today
):
    sealed = factories.make_session(student, counsellor, sensitivity=Level.SEALED, named=[lead])
    factories.make_grant(sealed, head_teacher, revoked_at=timezone.now(), revoked_by=counsellor)
    other = factories.make_session(student, counsellor, sensitivity=Level.SEALED, named=[warden])
    promise = factories.make_follow_up(sealed)

    assert set(access.may_take_over(promise, on=today)) == {counsellor, lead}
    assert set(access.may_take_over(factories.make_follow_up(other), on=today)) == {counsellor, warden}


def test_a_closed_account_leaves_its_promises_behind(student, paired_teacher, lead, today):
    promise = factories.make_follow_up(factories.make_session(student, paired_teacher))
    assert promise not in access.left_behind(lead, on=today)
    paired_teacher.is_active = False
    paired_teacher.save()

    assert promise in access.left_behind(lead, on=today)


def test_a_named_reader_who_logs_no_talks_takes_over_none(student, counsellor, school_admin, today):
    sealed = factories.make_session(student, counsellor, sensitivity=Level.SEALED, named=[school_admin])

    assert school_admin in access.readers(
        student, Level.SEALED, author=counsellor, on=today, named=[school_admin]
    )
    assert set(access.may_take_over(factories.make_follow_up(sealed), on=today)) == {counsellor}


def test_nobody_takes_over_who_doesn_t_talk_with_the_pupil(student, counsellor, school_admin, today):
    promise = factories.make_follow_up(factories.make_session(student, counsellor))

    takers = set(access.may_take_over(promise, on=today))

    assert counsellor in takers
    assert school_admin not in takers
