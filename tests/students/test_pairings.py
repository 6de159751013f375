"""Giving pupils a teacher of their own: who may be one, and what it opens."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Perm
from core.models import AuditEvent
from students import access
from students.models import Pairing, Student
from students.services import pairings, pupils


def sees(user, student, on) -> bool:
    again = User.objects.get(pk=user.pk)
    return access.reason_for(again, student, Perm.STUDENT_VIEW, on=on) is not None


def test_pairing_opens_the_page_and_its_end_closes_it(paired_teacher, other_student, school_admin, today):
    pairings.pair(student=other_student, teacher=paired_teacher, by=school_admin, on=today)
    assert sees(paired_teacher, other_student, today)

    pairings.unpair(student=other_student, teacher=paired_teacher, by=school_admin, on=today)

    assert not sees(paired_teacher, other_student, today + timedelta(days=1))
    events = AuditEvent.objects.filter(event__startswith="pairing").order_by("pk")
    assert [(one.event, one.details["teacher_id"]) for one in events] == [
        ("pairing.made", paired_teacher.pk),
        ("pairing.ended", paired_teacher.pk),
    ]


def test_pairing_twice_is_once(paired_teacher, other_student, school_admin, today):
    first = pairings.pair(student=other_student, teacher=paired_teacher, by=school_admin, on=today)

    assert pairings.pair(student=other_student, teacher=paired_teacher, by=school_admin, on=today) == first
    assert Pairing.objects.filter(student=other_student).count() == 1


def test_nobody_pairs_themselves(paired_teacher, other_student, today):
    with pytest.raises(pairings.CannotPairError):
        pairings.pair(student=other_student, teacher=paired_teacher, by=paired_teacher, on=today)


def test_only_a_paired_teacher_of_the_school_is_paired(
    counsellor, paired_teacher, foreign_student, student, school_admin, today
):
    for teacher, pupil in ((counsellor, student), (paired_teacher, foreign_student)):
        with pytest.raises(pairings.CannotPairError):
            pairings.pair(student=pupil, teacher=teacher, by=school_admin, on=today)


def test_a_pupil_who_has_left_gets_no_new_reader(paired_teacher, other_student, school_admin, today):
    pupils.leave(student=other_student, by=school_admin, on=today)

    with pytest.raises(pairings.CannotPairError):
        pairings.pair(
            student=other_student, teacher=paired_teacher, by=school_admin, on=today + timedelta(days=1)
        )

    assert not Pairing.objects.filter(student=other_student).exists()


def run(*args: str) -> str:
    out = StringIO()
    call_command("pair_teacher", *args, stdout=out)
    return out.getvalue()


def test_the_terminal_pairs_by_school_number(school, paired_teacher, other_student):
    Student.objects.filter(pk=other_student.pk).update(school_number="QS007")

    assert run("paired_teacher", "QS007", f"--school={school.code}") == "Paired: 1\n"
    assert sees(paired_teacher, other_student, timezone.localdate())
    assert run("paired_teacher", "QS007", f"--school={school.code}", "--end") == "Ended: 1\n"


@pytest.mark.parametrize(
    ("teacher", "number", "school_code", "why"),
    [
        ("nobody", "QS007", "2152999901", "Nobody signs in"),
        ("paired_teacher", "QS007", "0000000000", "No such school"),
        ("paired_teacher", "QS008", "2152999901", "QS008"),
        ("counsellor", "QS007", "2152999901", "paired teacher"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    paired_teacher, counsellor, other_student, teacher, number, school_code, why
):
    Student.objects.filter(pk=other_student.pk).update(school_number="QS007")

    with pytest.raises(CommandError, match=why):
        run(teacher, number, f"--school={school_code}")
