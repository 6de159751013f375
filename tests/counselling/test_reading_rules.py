"""Each right alone and all together, over each kind of entry: the row and the list say what the table says."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import pytest
from django.utils import timezone

from counselling import access
from counselling.access import Reading
from counselling.models import Session
from counselling.models.session import SHAREABLE
from tests import factories

Level = Session.Sensitivity
FLAGS = ("school_wide", "restricted", "knows_restricted", "process", "sealed")
# Level and whether it is taken back → which of the flags open it; a name opens what stands.
OPENED_BY = {
    (Level.SCHOOL, False): {"school_wide", "restricted"},
    (Level.SCHOOL, True): {"restricted"},
    (Level.RESTRICTED, False): {"restricted"},
    (Level.RESTRICTED, True): {"restricted"},
    (Level.SEALED, False): {"sealed"},
    (Level.SEALED, True): set(),
    (Level.PROCESS, False): {"process"},
    (Level.PROCESS, True): {"process"},
}


@dataclass(frozen=True)
class World:
    entries: tuple[Session, ...]
    reader_id: int

    def readings(self):
        ids = frozenset(one.pk for one in self.entries if one.sensitivity in SHAREABLE)
        for chosen in itertools.product((False, True), repeat=len(FLAGS)):
            plain = Reading(user_id=self.reader_id, **dict(zip(FLAGS, chosen, strict=True)))
            yield from (plain, replace(plain, granted=ids))


@pytest.fixture
def world(student, counsellor, homeroom_teacher):
    now, entries = timezone.now(), []
    for author, level, over in itertools.product((counsellor, homeroom_teacher), Level.values, (False, True)):
        gone = {"withdrawn_at": now, "withdrawn_by": author} if over else {}
        entries.append(factories.make_session(student, author, sensitivity=level, **gone))
    return World(tuple(entries), homeroom_teacher.pk)


def may_read(reading: Reading, entry: Session) -> bool:
    """The table, written out apart from the code."""
    over = entry.withdrawn_at is not None
    return (
        entry.author_id == reading.user_id
        or (not over and entry.pk in reading.granted)
        or any(getattr(reading, flag) for flag in OPENED_BY[Level(entry.sensitivity), over])
    )


def may_know(reading: Reading, entry: Session) -> bool:
    grey = entry.sensitivity == Level.RESTRICTED and entry.withdrawn_at is None
    return may_read(reading, entry) or (reading.knows_restricted and grey)


def test_an_entry_is_read_and_known_by_the_table(world):
    for reading in world.readings():
        for entry in world.entries:
            assert reading.may_read(entry) is may_read(reading, entry), (reading, entry.sensitivity)
            assert reading.may_know(entry) is may_know(reading, entry), (reading, entry.sensitivity)


def test_the_list_of_what_is_known_holds_just_the_same(world):
    for reading in world.readings():
        listed = set(Session.objects.filter(reading.known()))

        assert listed == {entry for entry in world.entries if may_know(reading, entry)}, reading


def test_a_name_that_was_taken_back_opens_nothing(student, counsellor, lead, warden, today):
    entry = factories.make_session(student, counsellor, sensitivity=Level.SEALED, named=[lead])
    other = factories.make_session(student, counsellor, sensitivity=Level.SEALED)
    factories.make_grant(other, warden, revoked_at=timezone.now(), revoked_by=counsellor)

    assert access.reading(lead, student, on=today).granted == {entry.pk}
    assert access.reading(warden, student, on=today).granted == frozenset()


@pytest.mark.parametrize("level", Level.values)
def test_named_people_count_where_naming_means_something(student, counsellor, warden, level, today):
    readers = access.readers(student, level, author=counsellor, on=today, named=[warden])

    assert (warden in readers) is (level in SHAREABLE)


def test_only_people_of_the_pupil_count_as_named(student, counsellor, stranger, warden, today):
    readers = access.readers(student, Level.SEALED, author=counsellor, on=today, named=[stranger, warden])

    assert set(readers) == {counsellor, warden}


def test_people_who_read_are_counted_with_the_author_and_not_with_the_school(
    student, homeroom_teacher, school_admin, today
):
    readers = set(access.readers(student, Level.RESTRICTED, author=homeroom_teacher, on=today))

    assert homeroom_teacher in readers
    assert school_admin not in readers


@pytest.mark.parametrize("level", Level.values)
@pytest.mark.parametrize("over", [False, True])
@pytest.mark.parametrize("who", ["counsellor", "lead", "homeroom_teacher"])
def test_who_shares_what(request, student, counsellor, lead, who, level, over, today):
    gone = {"withdrawn_at": timezone.now(), "withdrawn_by": counsellor} if over else {}
    entry = factories.make_session(student, counsellor, sensitivity=level, **gone)
    user = request.getfixturevalue(who)

    expected = (
        not over
        and level in SHAREABLE
        and (user == counsellor or (level == Level.RESTRICTED and user == lead))
    )
    assert access.may_share(user, entry, on=today) is expected


def test_names_are_offered_among_those_who_talk_with_the_pupil(
    student, counsellor, warden, school_admin, today
):
    offered = set(access.nameable(student, author=counsellor, on=today))

    assert warden in offered
    assert not offered & {school_admin, counsellor}


@pytest.mark.parametrize("who", ["counsellor", "head_teacher"])
def test_working_notes_are_offered_to_who_reads_them(request, student, who, today):
    user = request.getfixturevalue(who)

    assert (Level.PROCESS in access.levels_for(user, student, on=today)) is (who == "counsellor")


def test_pupils_are_named_by_ids_of_one_s_own_only(student, other_student, homeroom_teacher, today):
    asked = {student.public_id: "witness", other_student.public_id: "involved"}

    resolved = access.resolve_pupil_ids(homeroom_teacher, asked, on=today)

    assert resolved.pupils == {student: "witness"}
    assert list(resolved.problems) == [str(other_student.public_id)]


def test_ids_that_nobody_asked_for_name_nobody(student, counsellor, today):
    assert access.resolve_pupil_ids(counsellor, {}, on=today).pupils == {}
