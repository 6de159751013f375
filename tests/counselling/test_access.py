"""Who reads what was written: the list and the single look must always agree."""

from __future__ import annotations

import pytest

from accounts.models import User
from accounts.permissions import Perm
from counselling import access
from counselling.models import Session
from counselling.models.session import SHAREABLE
from students import access as student_access
from tests import factories
from tests.cast import CAST


@pytest.fixture
def entries(
    student, other_student, foreign_student, warden, counsellor, homeroom_teacher, stranger, lead, head_teacher,
    official,
):  # fmt: skip
    """Each pupil × author × sensitivity, standing and taken back, and some that name colleagues."""
    for pupil, authors in (
        (student, [warden, counsellor, homeroom_teacher]),
        (other_student, [counsellor, homeroom_teacher]),
        (foreign_student, [stranger, counsellor]),
    ):
        for author in authors:
            for sensitivity in Session.Sensitivity.values:
                session = factories.make_session(pupil, author, sensitivity=sensitivity)
                if sensitivity in SHAREABLE:
                    named = [user for user in (lead, head_teacher, official) if user != author]
                    factories.make_session(pupil, author, sensitivity=sensitivity, named=named)
                gone = {"withdrawn_at": session.recorded_at, "withdrawn_by": author}
                factories.make_session(pupil, author, sensitivity=sensitivity, **gone)
    return list(Session.objects.select_related("student"))


def _may_open(user, session, today) -> bool:
    try:
        access.get_session_or_404(user, session.public_id, on=today)
    except (access.Http404, access.PermissionDenied):
        return False
    return True


@pytest.mark.parametrize("role", CAST)
def test_the_list_holds_just_what_can_be_opened(request, role, entries, today):
    user = User.objects.get(pk=request.getfixturevalue(role).pk)

    opened = {one for one in entries if _may_open(user, one, today)}

    assert opened == set(access.visible_sessions(user, on=today))


@pytest.mark.parametrize("role", CAST)
def test_promises_are_visible_to_their_owner_and_to_readers_of_the_entry(
    request, role, entries, paired_teacher, today
):
    user = User.objects.get(pk=request.getfixturevalue(role).pk)
    promises = [factories.make_follow_up(one, owner=paired_teacher) for one in entries]

    pupils = student_access.visible_students(user, Perm.STUDENT_VIEW, on=today)
    readable = access.visible_sessions(user, on=today)

    assert set(access.visible_follow_ups(user, on=today)) == {
        one for one in promises if one.session in readable or (one.owner == user and one.student in pupils)
    }


@pytest.mark.parametrize("role", CAST)
def test_whom_the_writer_is_shown_are_just_those_who_then_read(request, role, student, counsellor, today):
    """ "N people can read this" and the single look must agree, for each level and each of the cast."""
    user = User.objects.get(pk=request.getfixturevalue(role).pk)
    named = [user] if user in access.nameable(student, author=counsellor, on=today) else []
    said, read = set(), set()
    for level in Session.Sensitivity.values:
        names = named if level in SHAREABLE else []
        entry = factories.make_session(student, counsellor, sensitivity=level, named=names)
        if user in access.readers(student, level, author=counsellor, on=today, named=names):
            said.add(level)
        if _may_open(User.objects.get(pk=user.pk), entry, today):
            read.add(level)

    assert said == read


def test_authors_lose_their_own_entries_with_the_class(entries, student, homeroom_teacher, today):
    homeroom_teacher.memberships.all().delete()

    user = User.objects.get(pk=homeroom_teacher.pk)

    assert not access.visible_sessions(user, on=today).exists()
    assert not access.visible_follow_ups(user, on=today).exists()
