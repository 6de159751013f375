"""Joining, moving, leaving, and how to reach the family."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from core.models import AuditEvent
from students import finder_keys, signals
from students.models import Enrolment, FinderKey, GuardianLink, Pairing, Person, Student
from students.services import pupils
from tests import factories

pytestmark = pytest.mark.django_db
JOINED = date(2026, 9, 1)


def keys(student: Student) -> set[str]:
    return set(FinderKey.objects.filter(student=student).values_list("key", flat=True))


def by_phone(student: Student, digits: str) -> str:
    """What is kept of a telephone number, or of its last digits."""
    return finder_keys.blind(student.school_id, finder_keys.PHONE, digits)


def last_event() -> AuditEvent:
    return AuditEvent.objects.latest("pk")


def test_a_new_pupil_is_enrolled_and_found_by_name_and_number(school_class, school_admin, today):
    student = pupils.create_student(
        school_class=school_class, name="单雨萱", sex="female", born_on=date(2017, 5, 4), school_number="QS1",
        by=school_admin, on=today,
    )  # fmt: skip

    assert student.pinyin == "Shàn Yǔxuān"
    assert {"shanyuxuan", "syx", "qs1", "雨萱"} <= keys(student)
    assert Enrolment.objects.get(student=student).started_on == today
    assert last_event().event == "student.created"
    assert "单雨萱" not in str(last_event().details)


def test_a_number_of_another_pupil_is_refused_with_a_message(school_class, school_admin, student, today):
    Student.objects.filter(pk=student.pk).update(identity_number="52999920170504002X")

    with pytest.raises(pupils.CannotChangeError, match="number"):
        pupils.create_student(
            school_class=school_class, name="李四", sex="male", born_on=today, by=school_admin, on=today,
            identity_number="52999920170504002X",
        )  # fmt: skip
    assert not Student.objects.filter(name="李四").exists()


def test_a_field_that_is_not_the_records_is_refused(school_class, school_admin, today):
    with pytest.raises(TypeError, match="school"):
        pupils.create_student(
            school_class=school_class,
            name="李四",
            sex="male",
            born_on=today,
            by=school_admin,
            on=today,
            school=None,
        )


@pytest.mark.parametrize(("keep_former", "former", "old_finds"), [(True, "王小雨", True), (False, "", False)])
def test_a_new_name_finds_and_the_old_one_only_if_it_was_one(
    student, school_admin, today, keep_former, former, old_finds
):
    pupils.rename(student=student, name="曾小雨", keep_former=keep_former, by=school_admin, on=today)

    student.refresh_from_db()
    assert (student.name, student.pinyin, student.former_name) == ("曾小雨", "Zēng Xiǎoyǔ", former)
    assert "zengxiaoyu" in keys(student)
    assert ("wangxiaoyu" in keys(student)) is old_finds


def test_moving_ends_the_old_stay_the_day_before(student, other_class, school_admin, today):
    stay = pupils.move_class(student=student, school_class=other_class, by=school_admin, on=today)

    old = Enrolment.objects.exclude(pk=stay.pk).get(student=student)
    assert (old.ended_on, stay.started_on) == (today - timedelta(days=1), today)
    assert last_event().event == "student.moved"


def test_moved_on_the_first_day_the_stay_itself_is_corrected(student, other_class, school_admin):
    pupils.move_class(student=student, school_class=other_class, by=school_admin, on=JOINED)

    assert Enrolment.objects.get(student=student).school_class == other_class


def test_moving_to_the_same_class_changes_nothing(student, school_class, school_admin, today):
    pupils.move_class(student=student, school_class=school_class, by=school_admin, on=today)

    assert Enrolment.objects.get(student=student).ended_on is None


@pytest.mark.parametrize("day", [JOINED - timedelta(days=1)])
def test_nobody_moves_or_leaves_before_they_came(student, other_class, school_admin, day):
    with pytest.raises(pupils.CannotChangeError):
        pupils.move_class(student=student, school_class=other_class, by=school_admin, on=day)
    with pytest.raises(pupils.CannotChangeError):
        pupils.leave(student=student, by=school_admin, on=day)


def test_a_class_of_another_school_is_refused(student, other_school, school_admin, today):
    theirs = factories.make_class(other_school, 3, 1)

    with pytest.raises(pupils.CannotChangeError, match="another school"):
        pupils.move_class(student=student, school_class=theirs, by=school_admin, on=today)


def test_leaving_ends_class_and_pairing_and_tells_the_apps_above(
    student, paired_teacher, school_admin, today
):
    heard = []

    def listen(student, on, by, **kwargs):
        heard.append((student.pk, on, by))

    signals.student_left.connect(listen)
    try:
        pupils.leave(student=student, by=school_admin, on=today)
    finally:
        signals.student_left.disconnect(listen)

    assert Enrolment.objects.get(student=student).ended_on == today
    assert Pairing.objects.get(student=student).ended_on == today
    assert heard == [(student.pk, today, school_admin)]
    assert last_event().event == "student.left"


def test_leaving_ends_a_pairing_that_would_have_gone_on_for_a_while(
    student, paired_teacher, school_admin, today
):
    Pairing.objects.filter(student=student).update(ended_on=today + timedelta(days=30))

    pupils.leave(student=student, by=school_admin, on=today)

    assert Pairing.objects.get(student=student).ended_on == today


def test_whoever_left_may_come_back_the_next_day_not_the_same(student, school_class, school_admin, today):
    pupils.leave(student=student, by=school_admin, on=today)

    with pytest.raises(pupils.CannotChangeError):
        pupils.enrol(student=student, school_class=school_class, by=school_admin, on=today)
    pupils.enrol(student=student, school_class=school_class, by=school_admin, on=today + timedelta(days=1))
    assert Enrolment.objects.filter(student=student).count() == 2


def test_leaving_twice_is_refused(student, school_admin, today):
    pupils.leave(student=student, by=school_admin, on=today)

    with pytest.raises(pupils.CannotChangeError, match="no class"):
        pupils.leave(student=student, by=school_admin, on=today)


def test_a_new_telephone_number_of_a_parent_finds_all_their_children(
    student, other_student, school_admin, today
):
    father = Person.objects.create(school=student.school, name="王强", phone="13800138000")
    for child in (student, other_student):
        GuardianLink.objects.create(school=child.school, student=child, person=father, relation="father")

    pupils.update_adult_contact(person=father, phone="13900139000", by=school_admin, on=today)

    for child in (student, other_student):
        assert by_phone(child, "13900139000") in keys(child)
        assert by_phone(child, "13800138000") not in keys(child)
    assert last_event().details["fields"] == ["phone"]


def test_the_pupils_own_number_finds_them_and_the_address_stays(student, school_admin, today):
    Student.objects.filter(pk=student.pk).update(address="大田村6组")

    pupils.update_contact(student=student, phone="13700137000", by=school_admin, on=today)

    student.refresh_from_db()
    assert (student.phone, student.address) == ("13700137000", "大田村6组")
    assert by_phone(student, "7000") in keys(student)


def test_a_name_is_no_way_to_reach_somebody(student, school_admin, today):
    with pytest.raises(TypeError):
        pupils.update_contact(student=student, name="别人", by=school_admin, on=today)
