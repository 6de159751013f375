"""What one may read, the list of it, and "5 people can read this" agree: in any world, at every depth."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from counselling import access
from counselling.models import EntryGrant, Session
from counselling.models.session import SHAREABLE
from students import access as student_access
from tests import worlds
from tests.worlds import NOW, TODAY

bounded = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# (pupil, author, level, withdrawn, a colleague it names and whether that was taken back)
entries = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.integers(0, 5),
        st.sampled_from(Session.Sensitivity.values),
        st.booleans(),
        st.one_of(st.none(), st.tuples(st.integers(0, 5), st.booleans())),
    ),
    min_size=2,
    max_size=8,
)
A_SCHOOL = {
    "memberships": [
        (1, Role.COUNSELLOR, 0, -2, None),
        (2, Role.HOMEROOM_TEACHER, 0, -2, None),
        (3, Role.HEAD_TEACHER, 0, -2, None),
        (4, Role.WARDEN, 0, -2, None),
    ],
    "stand_ins": [],
    "duties": [],
    "pairings": [],
    "enrolments": ((0, -2, None), (0, -2, None), None, None),
    "emergencies": [(4, 0, -10, False, True), (3, 0, -10, False, False)],
}
OF_EACH_LEVEL = [
    (0, author, level, False, (4, False)) for level in Session.Sensitivity.values for author in (1, 2)
]


@pytest.fixture
def places(db) -> worlds.Places:
    return worlds.make_places()


def make_entries(places: worlds.Places, drawn: list) -> list[Session]:
    made = []
    for which, author, level, withdrawn, named in drawn:
        student, writer = places.students[which], places.users[author]
        at = NOW - timedelta(days=1)
        gone = {"withdrawn_at": NOW, "withdrawn_by": writer} if withdrawn else {}
        session = Session.objects.create(
            school=student.school,
            student=student,
            author=writer,
            client_id=uuid4(),
            happened_at=at,
            recorded_at=at,
            sensitivity=level,
            **gone,
        )
        made.append(session)
        if named is not None and level in SHAREABLE and named[0] != author:
            _name(session, places.users[named[0]], taken_back=named[1])
    return made


def _name(session: Session, user, *, taken_back: bool) -> None:
    back = {"revoked_at": NOW, "revoked_by": session.author} if taken_back else {}
    EntryGrant.objects.create(
        school=session.school,
        session=session,
        student=session.student,
        author=session.author,
        level=session.sensitivity,
        user=user,
        granted_by=session.author,
        granted_at=session.recorded_at,
        **back,
    )


def opens(user, session: Session) -> bool:
    try:
        access.get_session_or_404(user, session.public_id, on=TODAY)
    except (Http404, PermissionDenied):
        return False
    return True


@bounded
@example(drawn=A_SCHOOL, written=OF_EACH_LEVEL, moment=NOW)
@given(drawn=worlds.rights, written=entries, moment=st.sampled_from([NOW, None]))
def test_what_opens_is_what_the_list_holds(places, drawn, written, moment):
    with worlds.built(places, drawn):
        sessions = make_entries(places, written)
        opened, listed = set(), set()
        for user in places.people(moment=moment):
            opened |= {(user.pk, one.pk) for one in sessions if opens(user, one)}
            seen = access.visible_sessions(user, on=TODAY).values_list("pk", flat=True)
            listed |= {(user.pk, pk) for pk in seen}

    assert opened == listed


@bounded
@example(drawn=A_SCHOOL, written=OF_EACH_LEVEL)
@given(drawn=worlds.rights, written=entries)
def test_the_people_said_to_read_an_entry_are_those_who_open_it(places, drawn, written):
    """By day: a broken glass is announced on the record, not in the count before saving."""
    with worlds.built(places, drawn):
        sessions = [one for one in make_entries(places, written) if one.withdrawn_at is None]
        people = places.people(moment=None)
        opened, said = set(), set()
        for one in sessions:
            named = [grant.user for grant in one.grants.filter(revoked_at=None).select_related("user")]
            readers = access.readers(one.student, one.sensitivity, author=one.author, on=TODAY, named=named)
            said |= {(one.pk, user.pk) for user in readers if user != one.author}
            opened |= {(one.pk, user.pk) for user in people if user != one.author and opens(user, one)}

    assert said == opened


@bounded
@example(drawn=A_SCHOOL, written=OF_EACH_LEVEL)
@given(drawn=worlds.rights, written=entries)
def test_the_page_s_reading_and_the_list_agree_where_the_page_opens(places, drawn, written):
    with worlds.built(places, drawn):
        sessions = make_entries(places, written)
        for user in places.people(moment=NOW):
            listed = set(access.visible_sessions(user, on=TODAY))
            for student in places.students:
                if not student_access.reason_for(user, student, access.Perm.STUDENT_VIEW, on=TODAY):
                    continue
                rights = access.reading(user, student, on=TODAY)
                about = [one for one in sessions if one.student_id == student.pk]
                known = set(Session.objects.filter(rights.known(), student=student))
                assert {one for one in about if rights.may_read(one)} == listed & set(about)
                assert {one for one in about if rights.may_know(one)} == known
