"""Leave: asked for, approved by two others, out, back; and what the database refuses by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.utils import timezone

from core import tenancy
from core.models import AuditEvent
from dormitories import access_leave as access
from dormitories.access_leave import Side
from dormitories.models import Leave
from dormitories.services import leaves
from dormitories.services.refusals import RefusedError
from students.models import Student
from tests import factories

HOUR = timedelta(hours=1)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def on(now):
    return timezone.localdate(now)


def details(now, **more):
    values = {
        "kind": "hours",
        "reason": "doctor",
        "leaves_at": now + HOUR,
        "due_back_at": now + 5 * HOUR,
        "collector_words": "The school bus",
    }
    return leaves.LeaveDetails(**{**values, **more})


def adult_of(student, **link):
    return factories.make_adult(student, **link).guardian_links.get()


def ask(student, by, now, **more):
    return leaves.ask(student=student, details=details(now, **more), by=by, now=now)


def approve(leave, by, on, now):
    return leaves.approve(leave=leave, sides=access.sides_of(by, leave, on=on), by=by, now=now)


@pytest.fixture
def approved(student, school_admin, homeroom_teacher, warden, now):
    people = [school_admin, homeroom_teacher, warden]
    return factories.make_approved_leave(student, people, leaves_at=now - HOUR, due_back_at=now + HOUR)


# --- asking ---------------------------------------------------------------------------------------


def test_a_leave_is_asked_for_and_noted(student, homeroom_teacher, now):
    leave = ask(student, homeroom_teacher, now)

    event = AuditEvent.objects.get(event="leave.asked")
    assert leave.state(now) == Leave.State.ASKED
    assert (event.subject_id, event.details) == (str(student.public_id), {"kind": "hours"})


def test_two_leaves_at_a_time_are_refused_in_words(student, homeroom_teacher, now):
    ask(student, homeroom_teacher, now)

    with pytest.raises(RefusedError, match="for this time") as refusal:
        ask(student, homeroom_teacher, now, leaves_at=now + 4 * HOUR, due_back_at=now + 9 * HOUR)

    assert refusal.value.field == "leaves_at"
    assert Leave.objects.count() == 1


def test_the_moment_of_being_back_is_free_again(student, homeroom_teacher, now):
    ask(student, homeroom_teacher, now)

    after = ask(student, homeroom_teacher, now, leaves_at=now + 5 * HOUR, due_back_at=now + 6 * HOUR)

    assert after.pk is not None


@pytest.mark.parametrize("ended", ["refuse", "cancel"])
def test_a_leave_that_was_refused_or_called_off_holds_nothing(student, homeroom_teacher, warden, now, ended):
    leave = ask(student, homeroom_teacher, now)
    more = {"why": "The road is flooded."} if ended == "refuse" else {}
    getattr(leaves, ended)(leave=leave, by=warden, now=now, **more)

    assert ask(student, homeroom_teacher, now).pk != leave.pk


def test_coming_back_early_sets_the_rest_free(approved, homeroom_teacher, warden, now):
    leaves.go_out(leave=approved, by=warden, now=now - HOUR)
    leaves.come_back(leave=approved, by=warden, now=now)

    later = {"leaves_at": now + timedelta(minutes=1), "due_back_at": now + HOUR}
    assert ask(approved.student, homeroom_teacher, now, **later).pk is not None


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"due_back_at": -HOUR}, "due_back_at"),
        ({"leaves_at": -2 * HOUR, "due_back_at": -HOUR}, "due_back_at"),
        ({"due_back_at": timedelta(days=80)}, "due_back_at"),
        ({"leaves_at": timedelta(days=300), "due_back_at": timedelta(days=301)}, "leaves_at"),
        ({"leaves_at": timedelta(days=-3)}, "leaves_at"),
    ],
)
def test_times_that_dont_fit_are_refused_beside_their_field(student, homeroom_teacher, now, more, field):
    with pytest.raises(RefusedError) as refusal:
        ask(student, homeroom_teacher, now, **{name: now + delta for name, delta in more.items()})

    assert refusal.value.field == field


def test_a_day_pupil_needs_no_leave(other_student, school_admin, now):
    with pytest.raises(RefusedError, match="boarders"):
        ask(other_student, school_admin, now)


@pytest.mark.parametrize(("may_collect", "barred"), [("no", False), ("not_collected", False), ("yes", True)])
def test_an_adult_who_may_not_collect_is_refused(student, homeroom_teacher, now, may_collect, barred):
    link = adult_of(student, may_collect=may_collect, contact_barred=barred)

    with pytest.raises(RefusedError) as refusal:
        ask(student, homeroom_teacher, now, collector=link, collector_words="")

    assert refusal.value.field == "collector"
    assert access.collectors_of(student) == []


def test_nobody_who_has_died_is_offered(student):
    link = adult_of(student, may_collect="yes")
    type(link.person).objects.filter(pk=link.person_id).update(is_dead=True)

    assert access.collectors_of(student) == []


def test_an_adult_who_may_collect_is_taken(student, homeroom_teacher, now):
    link = adult_of(student, may_collect="yes")

    leave = ask(student, homeroom_teacher, now, collector=link, collector_words="")

    assert access.collectors_of(student) == [link]
    assert (leave.collector, leave.collector_words) == (link, "")


def test_a_collector_who_was_barred_since_takes_the_child_nowhere(
    student, school_admin, homeroom_teacher, warden, on, now
):
    adult = adult_of(student, may_collect="yes")
    people = [school_admin, homeroom_teacher, warden]
    times = {"leaves_at": now - HOUR, "due_back_at": now + HOUR}
    approved = factories.make_approved_leave(student, people, collector=adult, collector_words="", **times)
    later = {"leaves_at": now + 2 * HOUR, "due_back_at": now + 3 * HOUR}
    waiting = ask(student, homeroom_teacher, now, collector=adult, collector_words="", **later)
    student.guardian_links.update(contact_barred=True)

    with pytest.raises(RefusedError, match="may collect the child"):
        leaves.go_out(leave=approved, by=warden, now=now)
    with pytest.raises(RefusedError, match="may collect the child"):
        approve(waiting, warden, on, now)

    approved.refresh_from_db()
    assert approved.out_at is None


def test_the_database_refuses_another_pupils_adult(student, other_student, homeroom_teacher, now):
    link = adult_of(other_student, may_collect="yes")

    factories.make_leave(student, homeroom_teacher, collector=link)

    with pytest.raises(IntegrityError, match="collector_of_pupil"):
        transaction.get_connection().check_constraints()


def test_nobody_in_particular_collects_is_no_answer(student, homeroom_teacher, now):
    with pytest.raises(RefusedError) as refusal:
        ask(student, homeroom_teacher, now, collector_words="")

    assert refusal.value.field == "collector_words"


# --- two answers ----------------------------------------------------------------------------------


def test_two_people_approve_one_for_the_class_and_one_for_the_house(
    student, school_admin, homeroom_teacher, warden, on, now
):
    leave = ask(student, school_admin, now)

    first = approve(leave, homeroom_teacher, on, now)
    assert first.state(now) == Leave.State.ASKED
    second = approve(leave, warden, on, now)

    assert second.state(now) == Leave.State.APPROVED
    assert (second.class_approved_by, second.house_approved_by) == (homeroom_teacher, warden)


def test_approving_twice_is_once(student, school_admin, warden, on, now):
    leave = ask(student, school_admin, now)

    approve(leave, warden, on, now)
    again = approve(leave, warden, on, now + HOUR)

    assert (again.house_approved_at, again.class_approved_at) == (now, None)


def test_whoever_asked_doesnt_approve(student, homeroom_teacher, on, now):
    leave = ask(student, homeroom_teacher, now)

    with pytest.raises(RefusedError, match="two others"):
        approve(leave, homeroom_teacher, on, now)


def test_two_of_one_side_arent_two_sides(student, school, school_admin, warden, on, now):
    other = factories.make_user("other_warden")
    factories.make_membership(other, "warden", school=school)
    leave = ask(student, school_admin, now)
    approve(leave, warden, on, now)

    with pytest.raises(RefusedError, match="other side"):
        approve(leave, other, on, now)


def test_the_head_stands_for_the_class_teacher_who_asked(
    student, homeroom_teacher, warden, head_teacher, on, now
):
    leave = ask(student, homeroom_teacher, now)

    done = approve(approve(leave, head_teacher, on, now), warden, on, now)

    assert (done.class_approved_by, done.house_approved_by) == (head_teacher, warden)


def test_the_head_leaves_the_class_to_its_teacher(student, warden, homeroom_teacher, head_teacher, on, now):
    leave = ask(student, warden, now)

    done = approve(approve(leave, head_teacher, on, now), homeroom_teacher, on, now)

    assert (done.class_approved_by, done.house_approved_by) == (homeroom_teacher, head_teacher)


def test_somebody_on_duty_approves_for_the_house(student, school, school_admin, paired_teacher, now, on):
    factories.make_duty(school, paired_teacher, by=school_admin)
    paired_teacher.seen_at = now
    leave = ask(student, school_admin, now)

    assert access.sides_of(paired_teacher, leave, on=on) == [Side.HOUSE]


def test_a_refusal_ends_it_for_everybody(student, school_admin, homeroom_teacher, warden, on, now):
    leave = ask(student, school_admin, now)
    refused = leaves.refuse(leave=leave, why=" The road is flooded. ", by=warden, now=now)

    with pytest.raises(RefusedError, match="refused"):
        approve(leave, homeroom_teacher, on, now)

    assert (refused.state(now), refused.refusal) == (Leave.State.REFUSED, "The road is flooded.")


@pytest.mark.parametrize("change", [{"class_approved_by": "warden"}, {"house_approved_by": "school_admin"}])
def test_the_database_wants_two_people_who_didnt_ask(approved, school_admin, warden, change):
    people = {"warden": warden, "school_admin": school_admin}
    changed = {name: people[who] for name, who in change.items()}

    with pytest.raises(IntegrityError, match="dormitories_leave_two_people"), transaction.atomic():
        Leave.objects.filter(pk=approved.pk).update(**changed)


def test_nobody_answers_in_anothers_name(student, school_admin, homeroom_teacher, warden, now):
    leave = factories.make_leave(student, school_admin)

    with (
        tenancy.acting(warden, "test"),
        pytest.raises(ProgrammingError, match="another's name"),
        transaction.atomic(),
    ):
        Leave.objects.filter(pk=leave.pk).update(class_approved_by=homeroom_teacher, class_approved_at=now)


def test_nobody_asks_in_anothers_name(student, homeroom_teacher, warden):
    with (
        tenancy.acting(warden, "test"),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        factories.make_leave(student, homeroom_teacher)


def test_an_approval_is_neither_taken_back_nor_is_the_leave_rewritten(approved, warden):
    leave = Leave.objects.filter(pk=approved.pk)

    with tenancy.acting(warden, "test"):
        with pytest.raises(ProgrammingError, match="not rewritten"), transaction.atomic():
            leave.update(house_approved_by=None, house_approved_at=None)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            leave.update(due_back_at=approved.due_back_at + HOUR)


# --- the gate -------------------------------------------------------------------------------------


def test_out_and_back(approved, warden, now):
    out = leaves.go_out(leave=approved, by=warden, now=now)
    assert out.state(now) == Leave.State.OUT
    assert out.state(now + 3 * HOUR) == Leave.State.LATE

    back = leaves.come_back(leave=approved, by=warden, now=now + HOUR)

    assert (back.state(now), back.back_at, back.back_by) == (Leave.State.BACK, now + HOUR, warden)


def test_nobody_goes_out_on_one_approval(student, school_admin, warden, on, now):
    leave = approve(ask(student, school_admin, now), warden, on, now)

    with pytest.raises(RefusedError, match="stays"):
        leaves.go_out(leave=leave, by=warden, now=now + HOUR)


def test_the_database_lets_nobody_out_on_one_approval(student, school_admin, warden, now):
    leave = factories.make_leave(
        student, school_admin, house_approved_by=warden, house_approved_at=now, asked_at=now
    )

    with pytest.raises(IntegrityError, match="dormitories_leave_out_approved"), transaction.atomic():
        Leave.objects.filter(pk=leave.pk).update(out_by=warden, out_at=now)


def test_the_gate_opens_neither_too_early_nor_after_the_time(approved, warden, now):
    with pytest.raises(RefusedError, match="early"):
        leaves.go_out(leave=approved, by=warden, now=approved.leaves_at - 3 * HOUR)
    with pytest.raises(RefusedError, match="over"):
        leaves.go_out(leave=approved, by=warden, now=approved.due_back_at)


def test_back_needs_out(approved, warden, now):
    with pytest.raises(RefusedError, match="hasn't gone out"):
        leaves.come_back(leave=approved, by=warden, now=now)


def test_a_tap_at_the_gate_is_taken_back_by_its_own_hand_within_ten_minutes(
    approved, warden, school_admin, now
):
    leaves.go_out(leave=approved, by=warden, now=now)

    with pytest.raises(RefusedError, match="your own"):
        leaves.undo_gate(leave=approved, by=school_admin, now=now)
    with pytest.raises(RefusedError, match="ten minutes"):
        leaves.undo_gate(leave=approved, by=warden, now=now + timedelta(minutes=11))
    undone = leaves.undo_gate(leave=approved, by=warden, now=now + timedelta(minutes=9))

    assert (undone.out_at, undone.state(now)) == (None, Leave.State.APPROVED)


# --- who sees it ----------------------------------------------------------------------------------


def test_leaves_are_seen_by_those_with_a_right_over_the_pupil(
    student, homeroom_teacher, warden, school_admin, head_teacher, counsellor, stranger, official, on
):
    leave = factories.make_leave(student, school_admin)
    people = [homeroom_teacher, warden, school_admin, head_teacher, counsellor, stranger, official]

    seen = {one.username for one in people if leave in access.visible_leaves(one, on=on)}

    assert seen == {"homeroom_teacher", "warden", "school_admin", "head_teacher"}


def test_another_classs_teacher_doesnt_see_it(student, other_class, school_admin, on):
    teacher = factories.make_user("other_teacher")
    factories.make_membership(teacher, "homeroom_teacher", school_class=other_class)
    factories.make_leave(student, school_admin)

    assert not access.visible_leaves(teacher, on=on).exists()


def test_a_pupil_who_boards_no_more_is_out_of_the_wardens_reach(student, school_admin, warden, on):
    factories.make_leave(student, school_admin)
    Student.objects.filter(pk=student.pk).update(boarding=Student.Boarding.DAY)

    assert not access.visible_leaves(warden, on=on).exists()
