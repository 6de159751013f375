"""The list and the row give the same answer, in every world hypothesis can think of; so does the database."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from core import tenancy
from counselling import access_concerns as access
from counselling.models import Concern, ConcernReader
from tests import factories

ROLES = [Role.SAFEGUARDING_LEAD, Role.HEAD_TEACHER, Role.COUNSELLOR, Role.WARDEN, Role.SCHOOL_ADMIN]
PEOPLE = range(5)
_names = itertools.count()

# Who holds which role where ("ours", "theirs"), still or not any more.
memberships = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(ROLES), st.booleans(), st.booleans()), max_size=8
)
# Reporter, whom it is about, and the named readers: who, of which kind, taken back.
concerns = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE),
        st.none() | st.sampled_from(PEOPLE),
        st.lists(
            st.tuples(st.sampled_from(PEOPLE), st.sampled_from(["routed", "shared"]), st.booleans()),
            max_size=3,
        ),
    ),
    max_size=4,
)


@pytest.fixture
def places(school, other_school, student, foreign_student):
    return school, other_school, student


def build(places, members, reports):
    school, other_school, student = places
    today = timezone.localdate()
    people = [factories.make_user(f"person_{next(_names)}") for _ in PEOPLE]
    held = set()
    for who, role, ours, over in members:
        if (who, role, ours) not in held:
            held.add((who, role, ours))
            ended_on = today - timedelta(days=1) if over else None
            place = school if ours else other_school
            factories.make_membership(people[who], role, school=place, ended_on=ended_on)
    for reporter, about, readers in reports:
        about_staff = people[about] if about is not None and about != reporter else None
        made = factories.make_concern(student, people[reporter], about_staff=about_staff)
        _name(made, people, readers)
    return people


def _name(concern, people, readers):
    named = set()
    for who, kind, back in readers:
        if people[who].pk == concern.about_staff_id or (who, kind) in named:
            continue
        named.add((who, kind))
        over = {"revoked_at": concern.recorded_at, "revoked_by": concern.reporter} if back else {}
        factories.make_concern_reader(concern, people[who], kind, **over)


QUESTIONS = [
    (access.reading_reason, access.readable_concerns),
    (access.knowing_reason, access.visible_concerns),
    (access.handling_reason, access.handled_concerns),
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(members=memberships, reports=concerns)
def test_the_list_the_row_and_the_database_agree(places, members, reports):
    on = timezone.localdate()
    with transaction.atomic():
        people = build(places, members, reports)
        everything = list(Concern.objects.all())
        for person in people:
            for reason, rows in QUESTIONS:
                listed = set(rows(person, on=on))
                assert listed == {one for one in everything if reason(person, one, on=on) is not None}
                assert not [one for one in listed if one.about_staff_id == person.pk]
            known = set(access.visible_concerns(person, on=on))
            with tenancy.acting(person, "test"):
                assert set(Concern.objects.all()) == known
        transaction.set_rollback(True)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(members=memberships, accused=st.sampled_from(PEOPLE))
def test_no_rung_of_the_ladder_is_the_accused(places, members, accused):
    school, *_rest = places
    with transaction.atomic():
        people = build(places, members, [])
        role, found = access.receivers(school, about_staff=people[accused], on=timezone.localdate())
        assert people[accused] not in found
        assert (role is None) == (found == [])
        transaction.set_rollback(True)


def test_readers_of_an_orphan_are_counted_as_the_list_counts_them(student, warden, lead):
    concern = factories.make_concern(student, warden)

    assert access.readers(concern, on=timezone.localdate()) == [lead]
    assert ConcernReader.objects.count() == 0
