"""Who sleeps where: what the database refuses, and what the service says of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from dormitories.models import Stay
from dormitories.services import houses, stays
from students.models import Student
from students.selectors import finder as finder_selectors
from students.services import pupils
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
DAY = date(2026, 11, 22)


@pytest.fixture
def house(school):
    return factories.make_building(school, name="1号楼")


@pytest.fixture
def room(house):
    return factories.make_room(house, "302", beds=4, floor=3)


@pytest.fixture
def beds(room):
    return list(room.beds.order_by("pk"))


@pytest.fixture
def friend(school_class):
    return factories.make_student(school_class, "张雪", boarding="boarder")


@pytest.fixture
def boy(school_class):
    return factories.make_student(school_class, "李强", boarding="boarder", sex="male")


def give(student, bed, by, **more):
    return stays.give_bed(student=student, bed=bed, by=by, now=NOW, **{"starts_on": DAY, **more})


def refused(words: str):
    return pytest.raises(stays.RefusedError, match=words)


# --- the database -------------------------------------------------------------------------------
def test_two_pupils_in_one_bed_are_refused_by_the_database(student, friend, beds):
    factories.make_stay(student, beds[0], ended_on=DAY)

    with pytest.raises(IntegrityError, match="dormitories_stay_bed_once"), transaction.atomic():
        factories.make_stay(friend, beds[0], started_on=DAY)
    factories.make_stay(friend, beds[0], started_on=DAY + timedelta(days=1))


def test_two_beds_for_one_pupil_are_refused_by_the_database(student, beds):
    factories.make_stay(student, beds[0])

    with pytest.raises(IntegrityError, match="dormitories_stay_pupil_once"), transaction.atomic():
        factories.make_stay(student, beds[1], started_on=DAY)


@pytest.mark.parametrize("claimed", ["female", "male"])
def test_a_boy_in_a_house_for_girls_is_refused_by_the_database_whatever_the_row_claims(boy, beds, claimed):
    with pytest.raises(IntegrityError, match="sex"), transaction.atomic():
        factories.make_stay(boy, beds[0], sex=claimed)


def test_a_stay_that_isn_t_over_says_for_which_sex_it_is(boy, beds):
    with pytest.raises(IntegrityError, match="for which sex"), transaction.atomic():
        factories.make_stay(boy, beds[0], sex=None)


def test_a_room_can_t_be_for_another_sex_than_its_house(room):
    with pytest.raises(IntegrityError, match="same_sex"), transaction.atomic():
        type(room).objects.filter(pk=room.pk).update(sex="male")


def test_a_pupil_s_sex_doesn_t_change_while_they_have_a_bed(student, beds):
    stay = factories.make_stay(student, beds[0])

    with pytest.raises(IntegrityError, match="pupil_sex"), transaction.atomic():
        Student.objects.filter(pk=student.pk).update(sex="male")
    Stay.objects.filter(pk=stay.pk).update(ended_on=timezone.localdate() - timedelta(days=3))
    Student.objects.filter(pk=student.pk).update(sex="male")

    stay.refresh_from_db()
    assert stay.sex is None


def test_a_house_turns_to_boys_once_the_girls_have_left(student, school_admin, house, beds):
    stay = factories.make_stay(student, beds[0])
    changed = {"name": house.name, "is_closed": False, "by": school_admin, "on": DAY}

    with refused("1 child has a bed here"):
        houses.change_building(building=house, sex="male", **changed)
    Stay.objects.filter(pk=stay.pk).update(ended_on=timezone.localdate() - timedelta(days=3))
    houses.change_building(building=house, sex="male", **changed)

    beds[0].refresh_from_db()
    assert beds[0].sex == "male"


def test_no_stay_points_into_another_school(foreign_student, beds):
    Stay.objects.create(
        school=foreign_student.school,
        student=foreign_student,
        bed=beds[0],
        sex="female",
        started_on=DAY,
        given_at=NOW,
    )

    with pytest.raises(IntegrityError, match="same_school"):
        connection.check_constraints()


# --- giving -------------------------------------------------------------------------------------
def test_a_bed_is_given_found_and_noted(student, beds, school_admin, warden, audited):
    give(student, beds[3], school_admin)

    found = finder_selectors.find(warden, "302-4", on=DAY)
    assert [one.student for one in found.found] == [student]
    assert [one.student for one in finder_selectors.find(warden, "302－4", on=DAY).found] == [student]
    assert [one.student for one in finder_selectors.find(warden, "1号楼302-4", on=DAY).found] == [student]
    assert finder_selectors.find(warden, "302-3", on=DAY).found == []
    event = audited("stay.given")
    assert (event.actor_id, event.subject_id) == (school_admin.pk, str(student.public_id))


@pytest.fixture
def audited():
    from core.models import AuditEvent

    return lambda code: AuditEvent.objects.get(event=code)


def test_the_bed_stands_in_the_line_of_the_finder(client, student, friend, beds, school_admin, warden):
    give(student, beds[3], school_admin)
    give(friend, beds[0], school_admin, starts_on=DAY + timedelta(days=400))
    client.force_login(warden)

    lines = {one.student.name: one.bed for one in finder_selectors.find(warden, "王小雨", on=DAY).found}
    page = client.post(reverse("students:finder"), {"q": "302-4"}).content.decode()

    assert lines == {student.name: "302-4"}
    assert "Bed 302-4" in page
    assert finder_selectors.find(warden, friend.name, on=DAY).found[0].bed == ""


def test_a_short_bed_code_is_found_too(student, house, school_admin, warden):
    bed = factories.make_bed(factories.make_room(house, "12"), "1")

    give(student, bed, school_admin)

    assert [one.student for one in finder_selectors.find(warden, "12-1", on=DAY).found] == [student]


def test_who_is_not_known_isn_t_found_by_their_bed(student, beds, school_admin, stranger, other_class):
    give(student, beds[0], school_admin)
    other = factories.make_user("other_teacher")
    factories.make_membership(other, "homeroom_teacher", school_class=other_class)

    assert finder_selectors.find(stranger, "302-1", on=DAY).found == []
    assert finder_selectors.find(other, "302-1", on=DAY).found == []


def test_a_taken_bed_is_refused_in_words(student, friend, beds, school_admin):
    give(student, beds[0], school_admin)

    with refused("taken"):
        give(friend, beds[0], school_admin)


def test_a_bed_that_somebody_gets_later_is_refused(student, friend, beds, school_admin):
    give(student, beds[0], school_admin, starts_on=DAY + timedelta(days=30))

    with refused("taken"):
        give(friend, beds[0], school_admin)


def test_a_pupil_with_a_bed_moves_instead(student, beds, school_admin):
    give(student, beds[0], school_admin)

    with refused("has a bed already"):
        give(student, beds[1], school_admin)


def test_the_other_sex_is_refused_in_words(boy, beds, school_admin):
    with refused("for girls"):
        give(boy, beds[0], school_admin)


def test_a_bed_out_of_order_is_refused(student, beds, school_admin):
    houses.set_out_of_order(bed=beds[0], begins=DAY, ends=DAY, by=school_admin, on=DAY)

    with refused("out of order"):
        give(student, beds[0], school_admin)
    give(student, beds[0], school_admin, starts_on=DAY + timedelta(days=1))


def test_a_bed_that_somebody_sleeps_in_isn_t_set_out_of_order(student, beds, school_admin):
    give(student, beds[0], school_admin)

    with refused("Move them first"):
        houses.set_out_of_order(bed=beds[0], begins=DAY, ends=None, by=school_admin, on=DAY)


def test_day_pupils_and_those_who_left_get_no_bed(other_student, student, beds, school_admin):
    with refused("isn't a boarder"):
        give(other_student, beds[0], school_admin)
    pupils.leave(student=student, by=school_admin, on=DAY - timedelta(days=1))
    with refused("in no class"):
        give(student, beds[0], school_admin)


def test_a_closed_house_takes_nobody(student, house, beds, school_admin):
    houses.change_building(
        building=house, name="1号楼", sex="female", is_closed=True, by=school_admin, on=DAY
    )

    with refused("closed"):
        give(student, beds[0], school_admin)


# --- moving and ending --------------------------------------------------------------------------
def test_a_move_ends_the_old_stay_the_day_before(student, beds, school_admin):
    old = factories.make_stay(student, beds[0])

    new = stays.move_pupil(student=student, bed=beds[1], starts_on=DAY, by=school_admin, now=NOW)

    old.refresh_from_db()
    assert (old.ended_on, new.started_on, new.bed) == (DAY - timedelta(days=1), DAY, beds[1])


def test_a_move_on_the_first_day_corrects_the_stay(student, beds, school_admin):
    first = give(student, beds[0], school_admin)

    again = stays.move_pupil(student=student, bed=beds[1], starts_on=DAY, by=school_admin, now=NOW)

    assert again.pk == first.pk
    assert list(Stay.objects.values_list("bed_id", flat=True)) == [beds[1].pk]


def test_a_move_into_a_taken_bed_changes_nothing(student, friend, beds, school_admin):
    old = factories.make_stay(student, beds[0])
    factories.make_stay(friend, beds[1])

    with refused("taken"):
        stays.move_pupil(student=student, bed=beds[1], starts_on=DAY, by=school_admin, now=NOW)

    old.refresh_from_db()
    assert old.ended_on is None


def test_a_bed_given_back_is_free_and_no_longer_found(student, friend, beds, school_admin, warden):
    factories.make_stay(student, beds[0], started_on=DAY - timedelta(days=2))

    stays.end_stay(student=student, last_day=DAY - timedelta(days=1), by=school_admin, on=DAY)
    give(friend, beds[0], school_admin)

    assert [one.student for one in finder_selectors.find(warden, "302-1", on=DAY).found] == [friend]


def test_a_bed_given_by_mistake_today_is_taken_back(student, beds, school_admin):
    give(student, beds[0], school_admin)

    stays.end_stay(student=student, last_day=DAY - timedelta(days=1), by=school_admin, on=DAY)

    assert not Stay.objects.exists()


def test_nights_that_were_slept_don_t_vanish(student, beds, school_admin):
    factories.make_stay(student, beds[0])

    with refused("too long ago"):
        stays.end_stay(student=student, last_day=DAY - timedelta(days=30), by=school_admin, on=DAY)


def test_who_leaves_the_school_leaves_the_bed(student, beds, school_admin):
    stay = factories.make_stay(student, beds[0])

    pupils.leave(student=student, by=school_admin, on=DAY)

    stay.refresh_from_db()
    assert stay.ended_on == DAY


def test_the_finder_learns_at_night_what_begins_and_ends_by_itself(student, beds, school_admin, warden):
    from students.models import FinderKey

    give(student, beds[0], school_admin)
    FinderKey.objects.filter(kind="bed").delete()

    stays.refresh_found_beds(on=DAY)

    assert finder_selectors.find(warden, "302-1", on=DAY).found != []
