"""Facts of a home: what is written, what is refused, and which numbers may be called."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.models import AuditEvent
from students.models import (
    CareArrangement,
    GuardianCapacity,
    GuardianLink,
    MigrationEpisode,
    Person,
    PhoneNumber,
    ReachableWindow,
)
from students.selectors import left_behind
from students.selectors import phones as phone_selectors
from students.services import absences, care, finder, home, phones, pupils
from students.services.refusals import CannotChangeError
from tests import factories

pytestmark = pytest.mark.django_db

NOTHING_SAID = home.Capacity("not_collected", None)


def called(student, on) -> list[str]:
    return [one.number for one in phone_selectors.callable_numbers(student, on=on)]


def events() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("event", flat=True))


# --- whom to call -------------------------------------------------------------------------------
def test_only_confirmed_numbers_in_use_of_people_who_may_are_called_in_order(student, today):
    second = factories.make_adult(student, "李梅", "mother", priority=2)
    first = factories.make_adult(student, "王强", "father", priority=1)
    barred = factories.make_adult(student, "王刚", "relative", priority=3, contact_barred=True)
    dead = factories.make_adult(student, "王老", "grandfather", priority=4)
    Person.objects.filter(pk=dead.pk).update(is_dead=True)
    factories.make_number(second, "13800000001")
    factories.make_number(second, "13800000002", last_worked_on=date(2026, 11, 1))
    factories.make_number(second, "13800000003", confirmed_on=None)
    factories.make_number(second, "13800000004", ended_on=today)
    factories.make_number(second, "13800000005", ended_on=date(2026, 11, 23))
    factories.make_number(second, "13800000006", confirmed_on=date(2026, 11, 23))
    factories.make_number(first, "13800000007")
    factories.make_number(barred, "13800000008")
    factories.make_number(dead, "13800000009")

    assert called(student, today) == ["13800000007", "13800000002", "13800000001", "13800000005"]


def test_barred_from_one_child_is_not_barred_from_the_sister(student, other_student, today):
    father = factories.make_adult(student, "王强", "father", contact_barred=True)
    factories.make_link(other_student, father, relation="father")
    factories.make_number(father, "13800000007")

    assert (called(student, today), called(other_student, today)) == ([], ["13800000007"])


def test_numbers_of_many_pupils_cost_one_query(student, other_student, today):
    for one in (student, other_student):
        factories.make_number(factories.make_adult(one, f"母亲{one.pk}"), f"1380000{one.pk:04d}")

    with CaptureQueriesContext(connection) as seen:
        found = phone_selectors.callable_numbers_of([student.pk, other_student.pk], on=today)

    assert (len(found), len(seen)) == (2, 1)


# --- numbers ------------------------------------------------------------------------------------
def test_a_number_is_added_confirmed_found_and_said_once(student, lead, today):
    mother = factories.make_adult(student)
    facts = {"person": mother, "number": "13800138000", "label": "own", "student": student, "by": lead}

    phones.add_number(**facts, confirmed=True, on=today)

    made = PhoneNumber.objects.get()
    assert (made.confirmed_on, made.confirmed_by, called(student, today)) == (today, lead, ["13800138000"])
    assert student.finder_keys.filter(kind="phone").exists()
    with pytest.raises(CannotChangeError, match="already"):
        phones.add_number(**facts, confirmed=True, on=today)
    assert events() == ["phone.added"]


def test_an_ended_number_comes_back_by_hand_and_never_by_an_import(student, lead, today):
    mother = factories.make_adult(student)
    Person.objects.filter(pk=mother.pk).update(phone="13800138000")
    mother.refresh_from_db()
    ended = factories.make_number(mother, "13800138000", ended_on=date(2026, 10, 1))

    phones.bring_in([mother])
    ended.refresh_from_db()
    assert (ended.ended_on, PhoneNumber.objects.count()) == (date(2026, 10, 1), 1)

    facts = {"label": "", "confirmed": False, "student": student, "by": lead, "on": today}
    phones.add_number(person=mother, number="13800138000", **facts)
    ended.refresh_from_db()
    assert (ended.ended_on, ended.confirmed_on) == (None, None)


def test_a_confirmation_keeps_its_day_and_can_be_taken_back(student, lead, today):
    phone = factories.make_number(factories.make_adult(student))
    facts = {"phone": phone, "label": "shop", "student": student, "by": lead, "on": today}

    phones.change_number(**facts, confirmed=True, ended=False)
    phone.refresh_from_db()
    assert (phone.confirmed_on, phone.label) == (date(2026, 9, 1), "shop")

    phones.change_number(**facts, confirmed=False, ended=True)
    phone.refresh_from_db()
    assert (phone.confirmed_on, phone.confirmed_by, phone.ended_on) == (None, None, today)


def test_what_a_call_learns_of_a_number_is_kept(student, lead, today):
    phone = factories.make_number(factories.make_adult(student))

    phones.note_worked(phone=phone, by=lead, on=today)
    phones.note_worked(phone=phone, by=lead, on=date(2026, 11, 1))
    phones.end_number(phone=phone, by=lead, on=today)
    phones.end_number(phone=phone, by=lead, on=date(2026, 12, 1))

    phone.refresh_from_db()
    assert (phone.last_worked_on, phone.ended_on) == (today, today)
    assert events() == ["phone.worked", "phone.ended"]


def test_a_corrected_contact_is_a_number_too(student, lead, today):
    mother = factories.make_adult(student)

    pupils.update_adult_contact(person=mother, by=lead, on=today, phone="13800138000")

    assert [one.number for one in PhoneNumber.objects.all()] == ["13800138000"]


def test_whoever_calls_back_from_an_old_number_is_found(student):
    factories.make_number(factories.make_adult(student), "13900001111", ended_on=date(2026, 9, 2))

    finder.refresh_keys([student.pk])

    assert student.finder_keys.filter(kind="phone").exists()


# --- adults -------------------------------------------------------------------------------------
def test_with_the_same_name_and_number_brothers_and_sisters_share_a_parent(
    student, other_student, lead, today
):
    facts = {"name": "李梅", "relation": "mother", "number": "13800138000", "by": lead, "on": today}

    one = home.add_adult(student=student, is_guardian=True, **facts)
    two = home.add_adult(student=other_student, **facts)
    namesake = home.add_adult(student=other_student, **facts | {"number": ""})

    assert one.person_id == two.person_id != namesake.person_id
    assert (one.is_guardian, two.is_guardian) == (True, False)
    assert (two.priority, namesake.priority) == (1, 2)
    with pytest.raises(CannotChangeError, match="already"):
        home.add_adult(student=student, **facts)


def test_people_of_the_school_next_door_are_never_shared(student, foreign_student, lead, today):
    theirs = factories.make_adult(foreign_student, "李梅")
    factories.make_number(theirs, "13800138000")

    ours = home.add_adult(
        student=student, name="李梅", relation="mother", number="13800138000", by=lead, on=today
    )

    assert ours.person_id != theirs.pk


def test_only_what_differs_is_written_and_barring_is_said_by_name(student, lead, today):
    father = factories.make_adult(student, "王强", "father")
    link = GuardianLink.objects.select_related("person", "student").get()
    same = {"relation": "father", "name": "王强", "priority": 1}

    home.change_adult(link=link, capacity=NOTHING_SAID, by=lead, on=today, **same)
    assert events() == []

    home.change_adult(link=link, capacity=NOTHING_SAID, by=lead, on=today, contact_barred=True, is_dead=False)
    home.change_adult(link=link, capacity=NOTHING_SAID, by=lead, on=today, contact_barred=False)

    assert events() == ["guardian.barred", "guardian.changed", "guardian.unbarred", "guardian.changed"]
    assert AuditEvent.objects.filter(subject_id=str(student.public_id)).count() == 4
    assert father.guardian_links.get().contact_barred is False
    with pytest.raises(TypeError, match="school"):
        home.change_adult(link=link, capacity=NOTHING_SAID, by=lead, on=today, school=1)


def test_assessments_of_different_days_stay_side_by_side(student, lead, today):
    father = factories.make_adult(student, "王强", "father")
    link = GuardianLink.objects.select_related("person", "student").get()
    facts = {"link": link, "by": lead, "on": today}

    home.change_adult(capacity=home.Capacity("no", date(2026, 9, 1)), **facts)
    home.change_adult(capacity=home.Capacity("no", date(2026, 9, 1)), **facts)
    home.change_adult(capacity=home.Capacity("yes", today), **facts)

    said = GuardianCapacity.objects.filter(person=father).order_by("assessed_on")
    assert [one.has_capacity for one in said] == ["no", "yes"]
    assert events() == ["guardian.changed", "guardian.changed"]


# --- away, and when to call ---------------------------------------------------------------------
def away(person, student, by, on, **changes):
    facts = {"episode": None, "place": "广东东莞", "reason": "work", "shift": "day", "ended_on": None}
    facts |= {"started_on": date(2026, 3, 1), **changes}
    return absences.save_absence(person=person, student=student, by=by, on=on, **facts)


def test_nobody_is_at_two_places_at_once(student, lead, today):
    mother = factories.make_adult(student)
    first = away(mother, student, lead, today, ended_on=date(2026, 6, 30))
    away(mother, student, lead, today, started_on=date(2026, 7, 1))

    with pytest.raises(CannotChangeError, match="overlaps"):
        away(mother, student, lead, today, started_on=date(2026, 6, 30), ended_on=date(2026, 6, 30))
    with pytest.raises(CannotChangeError, match="overlaps"):
        away(mother, student, lead, today, episode=first, ended_on=None)
    assert MigrationEpisode.objects.count() == 2


def test_the_database_itself_refuses_an_absence_that_overlaps_or_runs_backwards(student):
    mother = factories.make_adult(student)
    factories.make_episode(mother)

    for wrong in (
        {"started_on": date(2026, 5, 1)},
        {"started_on": date(2024, 5, 1), "ended_on": date(2024, 4, 1)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            factories.make_episode(mother, **wrong)


def test_a_weekly_time_is_kept_until_it_is_taken_out(student, lead, today):
    mother = factories.make_adult(student)
    facts = {"person": mother, "weekday": 5, "starts_at": time(18), "ends_at": time(20), "ended_on": None}
    old = absences.add_window(**facts, started_on=date(2026, 9, 1), student=student, by=lead)
    new = absences.add_window(**facts, started_on=today, student=student, by=lead)

    absences.end_window(window=old, student=student, by=lead, on=today)
    absences.end_window(window=new, student=student, by=lead, on=today)

    assert [one.ended_on for one in ReachableWindow.objects.all()] == [date(2026, 11, 21)]


def test_more_times_than_a_week_has_are_a_slip(student, lead, today):
    mother = factories.make_adult(student)
    for _number in range(absences.MOST_WINDOWS):
        factories.make_window(mother)

    with pytest.raises(CannotChangeError, match="too many"):
        absences.add_window(
            person=mother, weekday=1, starts_at=time(18), ends_at=time(19), started_on=today, ended_on=None,
            student=student, by=lead,
        )  # fmt: skip


# --- who looks after the child ------------------------------------------------------------------
def look_after(student, carer, by, on, **changes):
    facts = {"care": None, "reason": "both_away", "started_on": date(2026, 3, 1), "ended_on": None}
    facts |= {"notice_received_on": None, "assessment": "not_collected", "assessed_on": None, **changes}
    return care.save_care(student=student, carer=carer, by=by, on=on, **facts)


def test_one_arrangement_at_a_time_by_somebody_around_the_child(student, other_student, lead, today):
    grandmother = factories.make_adult(student, "奶奶", "grandmother")
    barred = factories.make_adult(student, "王刚", "relative", contact_barred=True)
    elsewhere = factories.make_adult(other_student, "外婆", "maternal_grandmother")
    made = look_after(student, grandmother, lead, today, assessment="fair", assessed_on=today)

    for carer, words in ((grandmother, "in force"), (barred, "no contact"), (elsewhere, "around the child")):
        with pytest.raises(CannotChangeError, match=words):
            look_after(student, carer, lead, today)
    look_after(student, grandmother, lead, today, care=made, ended_on=date(2026, 5, 31))
    look_after(student, None, lead, today, started_on=date(2026, 6, 1))

    kept = CareArrangement.objects.order_by("started_on").values_list("carer_id", "ended_on")
    assert list(kept) == [(grandmother.pk, date(2026, 5, 31)), (None, None)]
    assert events() == ["care.recorded", "care.corrected", "care.recorded"]


def test_an_assessment_has_a_day_and_a_day_an_assessment(student):
    grandmother = factories.make_adult(student, "奶奶", "grandmother")

    for wrong in ({"assessment": "good"}, {"assessed_on": date(2026, 9, 1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            factories.make_care(student, grandmother, **wrong)


def test_no_fact_points_into_another_school(student, foreign_student):
    theirs = factories.make_adult(foreign_student, "陈母")

    PhoneNumber.objects.create(school=student.school, person=theirs, number="13800138000")
    with pytest.raises(IntegrityError):
        connection.check_constraints()


# --- who counts, out of the database ------------------------------------------------------------
def test_the_facts_of_a_home_decide_who_counts(student, other_student, today):
    student.hukou = "rural"
    student.save()
    mother, father = factories.make_adult(student), factories.make_adult(student, "王强", "father")
    factories.make_episode(mother)
    factories.make_capacity(father, "no")
    Person.objects.filter(pk=father.pk).update(absences_known_from=date(2026, 1, 1))

    found = left_behind.statuses([student.pk, other_student.pk], today)

    answers = {key: (one.answer, one.reason) for key, one in found[student.pk].items()}
    assert answers == {
        "civil_affairs": ("yes", "one_away_other_unable"),
        "education": ("yes", "one_away_three_months"),
    }
    assert found[other_student.pk]["civil_affairs"].answer == "not_collected"


def test_a_step_father_counts_only_where_no_guardian_is(student, today):
    factories.make_adult(student, "后爸", "father", priority=1)
    guardian = factories.make_adult(student, "王强", "father", priority=2, is_guardian=True)
    factories.make_episode(guardian)

    (facts,) = left_behind.facts_of([student.pk]).values()

    assert facts.father is not None
    assert len(facts.father.absences) == 1


def test_five_queries_however_many_pupils(school_class, student, today):
    others = [factories.make_student(school_class, f"孩子{number}") for number in range(3)]
    for one in [student, *others]:
        factories.make_episode(factories.make_adult(one))
    counts = []
    for ids in ([student.pk], [one.pk for one in others]):
        with CaptureQueriesContext(connection) as seen:
            left_behind.statuses(ids, today)
        counts.append(len(seen))

    assert counts == [5, 5]
