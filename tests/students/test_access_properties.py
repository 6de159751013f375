"""A look at one row, the list, and the count of people always agree: in any world of roles, times and pupils."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.permissions import Perm
from accounts.roles import Role
from schools import access as school_access
from students import access
from tests import worlds
from tests.worlds import NOW, TODAY

DEPTHS = (
    Perm.STUDENT_FIND,
    Perm.STUDENT_CONTACT,
    Perm.STUDENT_HOME,
    Perm.STUDENT_HEALTH,
    Perm.STUDENT_EDIT,
    Perm.TALK_LOG,
    Perm.TALK_READ,
    Perm.TALK_READ_RESTRICTED,
    Perm.TALK_KNOW_RESTRICTED,
)
bounded = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
moments = st.sampled_from([NOW, None, NOW - timedelta(hours=3), NOW + timedelta(minutes=20)])


@pytest.fixture
def places(db) -> worlds.Places:
    return worlds.make_places()


# Somebody on duty, somebody standing in for a paired teacher, and a broken glass, all in force.
EVERYTHING = {
    "memberships": [(1, Role.PAIRED_TEACHER, 0, -2, None), (2, Role.SCHOOL_ADMIN, 0, -2, None)],
    "stand_ins": [(2, 1, True, 0, -1, 1)],
    "duties": [(1, 0, -1, 10)],
    "pairings": [(1, 0, -1, None)],
    "enrolments": ((0, -2, None), (1, -2, None), None, None),
    "emergencies": [(1, 1, -10, False, True)],
}


@bounded
@example(drawn=EVERYTHING, moment=NOW)
@given(drawn=worlds.rights, moment=moments)
def test_one_look_the_list_and_the_count_agree_on_every_pupil(places, drawn, moment):
    with worlds.built(places, drawn):
        people = places.people(moment=moment)
        looked, listed, counted = set(), set(), set()
        for perm in DEPTHS:
            for user in people:
                looked |= {
                    (perm, user.pk, one.pk)
                    for one in places.students
                    if access.reason_for(user, one, perm, on=TODAY)
                }
                seen = access.visible_students(user, perm, on=TODAY).values_list("pk", flat=True)
                listed |= {(perm, user.pk, pk) for pk in seen}
            for one in places.students:
                who = access.people_who(perm, one, on=TODAY, now=moment).values_list("pk", flat=True)
                counted |= {(perm, pk, one.pk) for pk in who}

    assert looked == listed
    assert looked == counted


@bounded
@given(drawn=worlds.rights, moment=moments)
def test_a_right_in_a_school_and_the_list_of_schools_agree(places, drawn, moment):
    with worlds.built(places, drawn):
        people = places.people(moment=moment)
        looked, listed = set(), set()
        for perm in Perm:
            for user in people:
                looked |= {
                    (perm, user.pk, one.pk)
                    for one in places.schools
                    if school_access.can(user, perm, school=one, on=TODAY)
                }
                seen = school_access.visible_schools(user, perm, on=TODAY).values_list("pk", flat=True)
                listed |= {(perm, user.pk, pk) for pk in seen}

    assert looked == listed


@bounded
@given(drawn=worlds.rights)
def test_nobody_sees_a_pupil_of_a_school_where_they_hold_no_role(places, drawn):
    """Neither a duty, nor a pairing, nor a broken glass opens a door to somebody from elsewhere."""
    with worlds.built(places, drawn):
        for user in places.people(moment=NOW):
            works_in = {grant.school_id for grant in school_access.grants(user, on=TODAY)}
            seen = access.visible_students(user, Perm.STUDENT_FIND, on=TODAY)
            assert set(seen.values_list("school_id", flat=True)) <= works_in


def test_the_worlds_hold_what_they_are_to_test(places):
    """A comparison of empty sets would pass too: in this world each kind of right is in force."""
    with worlds.built(places, EVERYTHING):
        codes = {
            reason.code
            for user in places.people(moment=NOW)
            for one in places.students
            for perm in DEPTHS
            if (reason := access.reason_for(user, one, perm, on=TODAY))
        }

    assert codes == {"pairing", "admin", "stand_in", "duty", "emergency"}
