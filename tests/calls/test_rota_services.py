"""The week's rota from the facts in the database: who is called, who is left out and why, publish, withdraw."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calls.models import Call, CallPupil, LeftOut, Rota
from calls.selectors.week_problem import build
from calls.services import rota as rota_services
from schools.services.errors import RefusedError
from students import whereabouts
from students.models import GuardianLink
from tests import factories
from tests.calls.cast import NOW, ON, evening, family, number_of, plan, talked
from tests.factories.calls import MONDAY

pytestmark = pytest.mark.django_db


def reasons(rota: Rota) -> dict[str, str]:
    return {one.student.name: one.reason for one in rota.left_out.select_related("student")}


# --- who is called, when ------------------------------------------------------------------------------


def test_the_week_is_planned_as_calls_that_dont_stand_yet(school, school_class, window, school_admin):
    student = family(school_class)

    rota = plan(school, school_admin)

    call = rota.calls.get()
    assert (rota.state, rota.is_optimal) == (Rota.State.PREVIEWED, True)
    assert (call.state, call.stands, call.number) == (Call.State.PROPOSED, False, number_of(student))
    assert call.starts_at == evening()  # a child of the third grade calls early
    assert call.ends_at - call.starts_at == timedelta(minutes=10)
    assert call.pupils.get().student == student
    assert rota.tiers["pupils"] == rota.tiers["wanted"] == 1


def test_who_has_waited_longest_is_called_and_the_other_is_told_why_not(
    school, school_class, school_admin, phone
):
    factories.make_call_window(school, to_time=time(18, 10))
    lately, long_ago = family(school_class, "李一"), family(school_class, "李二", phone="13800138001")
    talked(lately, days_ago=3, by=school_admin)
    talked(long_ago, days_ago=20, by=school_admin)

    rota = plan(school, school_admin)

    left = rota.left_out.get()
    assert rota.calls.get().pupils.get().student == long_ago
    assert (left.student, left.reason, left.waited_days) == (lately, LeftOut.Reason.TAKEN, 3)
    assert left.params == {"slots": 1, "places": 1, "larger": 0, "least_waited": 20}


def test_siblings_share_one_call(school, school_class, other_class, window, school_admin):
    older = family(school_class, "王一")
    younger = factories.make_student(other_class, "王二", boarding="boarder")
    factories.make_link(younger, number_of(older).person)

    rota = plan(school, school_admin)

    call = rota.calls.get()
    assert {one.student for one in call.pupils.all()} == {older, younger}


def test_a_child_whose_mothers_hours_are_full_calls_the_father_on_another_evening(
    school, school_class, phone, school_admin
):
    factories.make_call_window(school, to_time=time(18, 10))
    factories.make_call_window(school, 2, to_time=time(18, 10))
    child, waits_longer = family(school_class, "李一"), family(school_class, "李二", phone="13800138001")
    talked(child, days_ago=3, by=school_admin)
    talked(waits_longer, days_ago=20, by=school_admin)
    for one in (child, waits_longer):
        factories.make_window(number_of(one).person, 1, starts_at=time(18), ends_at=time(21))
    father = factories.make_adult(child, "李父", "father", priority=2)
    factories.make_number(father, "13900139001")

    rota = plan(school, school_admin)

    assert rota.tiers["pupils"] == 2
    call = rota.calls.get(pupils__student=child)
    assert (call.person, call.starts_at) == (father, evening(day=1))
    assert rota.is_optimal


def test_further_calls_come_on_other_days(school, school_class, window, school_admin):
    factories.make_call_window(school, 4)
    family(school_class)

    rota = plan(school, school_admin, per_week=2)

    days = sorted(call.starts_at.date() for call in rota.calls.all())
    assert days == [date(2026, 11, 23), date(2026, 11, 26)]


def test_the_hours_of_the_parent_decide(school, school_class, window, school_admin):
    student = family(school_class)
    factories.make_window(number_of(student).person, 1, starts_at=time(18, 20), ends_at=time(21, 0))

    rota = plan(school, school_admin)

    assert rota.calls.get().starts_at == evening(20)


def test_a_window_of_the_parent_that_has_ended_counts_no_more(school, school_class, window, school_admin):
    person = number_of(family(school_class)).person
    factories.make_window(person, 1, starts_at=time(18), ended_on=date(2026, 11, 1))

    assert reasons(plan(school, school_admin)) == {"王小雨": "never_reachable"}


def test_the_usual_hour_is_kept(school, school_class, window, school_admin):
    student = family(school_class)
    attempt = talked(student, days_ago=6, by=school_admin)
    attempt.at = evening(20) - timedelta(days=7)
    attempt.save()

    assert plan(school, school_admin).calls.get().starts_at == evening(20)


def test_only_boarders_unless_everybody_is_asked_for(school, school_class, window, school_admin):
    family(school_class, boarding="day")

    assert plan(school, school_admin).calls.count() == 0
    assert plan(school, school_admin, audience=Rota.Audience.EVERYBODY).calls.count() == 1


def test_a_pupil_of_the_school_next_door_is_never_in_it(
    school, school_class, other_school, window, school_admin
):
    family(factories.make_class(other_school), "陈思远")
    family(school_class)

    rota = plan(school, school_admin)

    assert [one.student.name for one in CallPupil.objects.filter(call__rota=rota)] == ["王小雨"]


def test_slots_that_have_begun_are_not_planned(school, school_class, phone, school_admin):
    factories.make_call_window(school, 7, from_time=time(11, 30), to_time=time(12, 30))
    family(school_class)

    rota = plan(school, school_admin, monday=MONDAY - timedelta(days=7))

    assert rota.calls.get().starts_at == NOW + timedelta(minutes=10)


# --- who is left out, and why -------------------------------------------------------------------------


def test_without_a_confirmed_number_nobody_is_called(school, school_class, window, school_admin):
    student = factories.make_student(school_class, boarding="boarder")
    factories.make_number(factories.make_adult(student), confirmed_on=None)

    assert reasons(plan(school, school_admin)) == {"王小雨": "no_number"}


def test_a_person_who_is_barred_is_never_called(school, school_class, window, school_admin):
    student = family(school_class)
    GuardianLink.objects.filter(student=student).update(contact_barred=True)

    assert reasons(plan(school, school_admin)) == {"王小雨": "barred"}


def test_a_pupil_on_leave_is_called_another_time_or_said_to_be_away(
    school, school_class, window, school_admin
):
    student = family(school_class)

    def away(ids, begins, ends):
        return {student.pk: [(evening(-60), evening(until), "leave")]}

    try:
        until = 20
        whereabouts.add_provider("test", away)
        assert plan(school, school_admin).calls.get().starts_at == evening(20)
        until = 600
        assert reasons(plan(school, school_admin)) == {"王小雨": "away"}
    finally:
        whereabouts.remove_provider("test")


def test_an_approved_leave_and_the_time_of_the_roll_are_kept_free(
    school, school_class, window, school_admin, homeroom_teacher, warden, settings
):
    """What the houses write down reaches the plan through students.whereabouts alone."""
    settings.ROLL_TIMES = {"evening": ("18:00", "18:20")}
    away, housed = family(school_class, "李一"), family(school_class, "李二", phone="13800138001")
    factories.make_stay(housed)
    people = [school_admin, homeroom_teacher, warden]
    factories.make_approved_leave(away, people, leaves_at=evening(-60), due_back_at=evening(600))

    rota = plan(school, school_admin)

    assert reasons(rota) == {"李一": "away"}
    assert [(call.starts_at, call.pupils.get().student) for call in rota.calls.all()] == [
        (evening(20), housed)
    ]


def test_two_children_of_one_mother_who_cant_share_a_call_are_called_one_after_the_other(
    school, school_class, other_class, window, school_admin, homeroom_teacher, warden
):
    """The younger is out until ten past six, the older from then on."""
    older = family(school_class, "王一")
    mother = number_of(older).person
    younger = factories.make_student(other_class, "王二", boarding="boarder")
    factories.make_link(younger, mother)
    people = [school_admin, homeroom_teacher, warden]
    factories.make_approved_leave(younger, people, leaves_at=evening(-60), due_back_at=evening(10))
    factories.make_approved_leave(older, people, leaves_at=evening(10), due_back_at=evening(90))

    rota = plan(school, school_admin)

    assert [(call.starts_at, call.pupils.get().student) for call in rota.calls.order_by("starts_at")] == [
        (evening(), older),
        (evening(10), younger),
    ]


def test_a_closed_day_and_a_holiday_have_no_calls_and_other_hours_have(
    school, school_class, window, school_admin
):
    family(school_class)
    factories.make_call_exception(school, MONDAY)
    assert reasons(plan(school, school_admin)) == {"王小雨": "closed"}

    factories.make_call_window(school, 2)
    factories.make_school_day(school, MONDAY + timedelta(days=1))
    assert reasons(plan(school, school_admin)) == {"王小雨": "closed"}

    factories.make_call_exception(
        school,
        MONDAY + timedelta(days=2),
        kind="other_hours",
        from_time=time(12),
        to_time=time(12, 20),
        slot_minutes=20,
    )
    call = plan(school, school_admin).calls.get()
    assert (call.starts_at, call.ends_at) == (evening(-360, day=2), evening(-340, day=2))


def test_whoever_has_a_call_that_week_is_left_to_it(school, school_class, window, phone, school_admin):
    student = family(school_class)
    factories.make_call(student, number_of(student), phone=phone, starts_at=evening())

    assert reasons(plan(school, school_admin)) == {"王小雨": "booked"}


def test_a_telephone_that_is_taken_gives_no_place(school, school_class, window, phone, school_admin):
    booked = family(school_class, "李一")
    factories.make_call(booked, number_of(booked), phone=phone, starts_at=evening())
    family(school_class, "王二", phone="13800138002")

    rota = plan(school, school_admin)

    assert rota.calls.get().starts_at == evening(10)


def test_a_window_names_its_telephones(school, school_class, phone, school_admin):
    second = factories.make_phone(school, "Office")
    window = factories.make_call_window(school, to_time=time(18, 10))
    window.phone_links.create(school=school, phone=second)
    family(school_class)

    assert plan(school, school_admin).calls.get().phone == second


# --- again, and what is refused ------------------------------------------------------------------------


def test_making_the_plan_again_drops_the_earlier_preview(school, school_class, window, school_admin):
    family(school_class)
    earlier = plan(school, school_admin)

    later = plan(school, school_admin)

    earlier.refresh_from_db()
    assert (earlier.state, earlier.calls.count()) == (Rota.State.WITHDRAWN, 0)
    assert later.calls.count() == 1


@pytest.mark.parametrize(
    ("monday", "said"),
    [
        (MONDAY + timedelta(days=1), "Choose a Monday"),
        (MONDAY - timedelta(days=14), "This week is over"),
        (MONDAY + timedelta(weeks=20), "too far ahead"),
    ],
)
def test_a_week_that_cant_be_planned_is_refused(school, window, school_admin, monday, said):
    with pytest.raises(RefusedError, match=said):
        plan(school, school_admin, monday=monday)


def test_without_telephones_or_windows_the_school_is_told_what_to_do(school, school_admin):
    with pytest.raises(RefusedError, match="no telephone in use"):
        plan(school, school_admin)

    factories.make_phone(school)
    with pytest.raises(RefusedError, match="add a window"):
        plan(school, school_admin)


def test_a_rota_that_is_being_worked_out_is_not_begun_twice(school, window, school_admin):
    asked = {"school": school, "monday": MONDAY, "audience": "boarders", "per_week": 1}
    rota_services.make_rota(**asked, by=school_admin, on=ON, now=NOW)

    with pytest.raises(RefusedError, match="being worked out"):
        rota_services.make_rota(**asked, by=school_admin, on=ON, now=NOW)


def test_working_it_out_twice_changes_nothing(school, school_class, window, school_admin):
    family(school_class)
    rota = plan(school, school_admin)

    rota_services.solve_rota(rota_id=rota.pk, on=ON, now=NOW)

    assert rota.calls.count() == 1


def test_a_fault_is_said_and_nothing_is_kept(school, school_class, window, school_admin):
    rota = factories.make_rota(school, by=school_admin, state=Rota.State.SOLVING)

    rota_services.fail_rota(rota_id=rota.pk)

    rota.refresh_from_db()
    assert rota.state == Rota.State.FAILED
    with pytest.raises(RefusedError):
        rota_services.withdraw_rota(rota=rota, by=school_admin, now=NOW)


def test_the_problem_costs_the_same_for_one_family_and_three(school, school_class, window, school_admin):
    family(school_class, "李一")
    rota = factories.make_rota(school, by=school_admin, state=Rota.State.SOLVING)

    with CaptureQueriesContext(connection) as one:
        build(rota, on=ON, now=NOW)
    for number in (2, 3):
        family(school_class, f"李{number}", phone=f"1380013800{number}")
    with CaptureQueriesContext(connection) as three:
        build(rota, on=ON, now=NOW)

    assert [query["sql"][:60] for query in three] == [query["sql"][:60] for query in one]
