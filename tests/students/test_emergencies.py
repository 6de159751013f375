"""Break-glass: who may, for how long, what it opens, who is told and who judges."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Perm
from accounts.roles import EMERGENCY_RIGHTS
from core import tenancy
from core.models import AuditEvent
from students import access
from students.models import EmergencyAccess
from students.services import emergencies
from tests import factories
from tests.breaking_glass import REASON, at, grow_old, open_record


def reasons(user, student, moment) -> dict[Perm, str]:
    """The rights this person has over the pupil at a moment, with the reason's code."""
    again, on = at(user, moment), timezone.localdate(moment)
    found = {perm: access.reason_for(again, student, perm, on=on) for perm in Perm}
    return {perm: reason.code for perm, reason in found.items() if reason}


# --- what it opens, and for how long ---------------------------------------------------------------
def test_it_opens_everything_to_read_for_sixty_minutes_and_nothing_to_write(
    student, other_teacher, lead, now
):
    assert reasons(other_teacher, student, now) == {}

    open_record(student, other_teacher, now)

    within = reasons(other_teacher, student, now + timedelta(minutes=59))
    assert within == dict.fromkeys(EMERGENCY_RIGHTS, "emergency")
    assert Perm.TALK_LOG not in within
    assert reasons(other_teacher, student, now + timedelta(minutes=60)) == {}


def test_the_reason_says_until_when(student, other_teacher, lead, now):
    used = open_record(student, other_teacher, now)

    reason = access.reason_for(at(other_teacher, now), student, Perm.STUDENT_VIEW, on=timezone.localdate(now))

    assert reason.until == used.expires_at
    assert str(reason) == f"emergency access until {timezone.localtime(used.expires_at):%H:%M}"


def test_closing_it_ends_it_at_once(student, other_teacher, lead, now):
    used = open_record(student, other_teacher, now)

    emergencies.end(used=used, by=other_teacher, now=now + timedelta(minutes=5))

    assert reasons(other_teacher, student, now + timedelta(minutes=6)) == {}


def test_it_opens_one_pupil_and_to_one_person(student, other_student, other_teacher, warden, lead, now):
    open_record(student, other_teacher, now)

    assert "emergency" not in reasons(other_teacher, other_student, now).values()
    assert "emergency" not in reasons(warden, student, now).values()


def test_it_ends_with_the_role_by_which_somebody_works_here(student, other_teacher, lead, now):
    open_record(student, other_teacher, now)

    other_teacher.memberships.update(ended_on=timezone.localdate(now) - timedelta(days=1))

    assert reasons(other_teacher, student, now) == {}


def test_without_a_request_s_moment_it_counts_for_nothing(student, other_teacher, lead, now):
    open_record(student, other_teacher, now)

    assert reasons(other_teacher, student, now) != {}
    plain = User.objects.get(pk=other_teacher.pk)
    assert access.reason_for(plain, student, Perm.STUDENT_VIEW, on=timezone.localdate(now)) is None


# --- who may ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("other_teacher", 200),
        ("warden", 200),
        ("head_teacher", 200),
        ("school_admin", 403),
        ("official", 404),
        ("stranger", 404),
    ],
)
def test_only_people_who_work_with_children_here_may(client, request, student, who, status):
    client.force_login(request.getfixturevalue(who))

    response = client.get(reverse("students:emergency_open", args=[student.public_id]))

    assert response.status_code == status
    grow_old(client)
    again = client.get(reverse("students:emergency_open", args=[student.public_id]))
    if status == 200:  # the second factor first
        assert again["Location"].startswith(reverse("mfa_step_up"))
    else:
        assert again.status_code == status


def test_a_duty_alone_gives_no_break_glass(client, school, student, school_admin, head_teacher):
    factories.make_duty(school, school_admin, by=head_teacher)
    client.force_login(school_admin)

    assert client.get(reverse("students:emergency_open", args=[student.public_id])).status_code == 403


def test_the_page_opens_the_record_and_both_sides_see_it(client, student, other_teacher, lead):
    client.force_login(other_teacher)
    page = reverse("students:emergency_open", args=[student.public_id])
    assert client.get(reverse("students:detail", args=[student.public_id])).status_code == 404

    response = client.post(page, {"reason": REASON})

    assert response["Location"] == reverse("students:detail", args=[student.public_id])
    assert "You have opened this record" in client.get(response["Location"]).content.decode()
    client.force_login(lead)
    seen = client.get(response["Location"]).content.decode()
    assert "Other Teacher has opened this record in an emergency" in seen
    assert "Other Teacher opened the record in an emergency" in seen


def test_a_short_reason_is_said_beside_the_field_and_kept(client, student, other_teacher, lead):
    client.force_login(other_teacher)

    response = client.post(
        reverse("students:emergency_open", args=[student.public_id]), {"reason": "urgent   " * 3}
    )

    assert response.status_code == 422
    assert "reason" in response.context["form"].errors
    assert "urgent" in response.content.decode()
    assert not EmergencyAccess.objects.exists()


def test_an_old_second_factor_opens_nothing(client, student, other_teacher, lead, now):
    client.force_login(other_teacher)
    grow_old(client)

    response = client.post(reverse("students:emergency_open", args=[student.public_id]), {"reason": REASON})

    assert response.status_code == 422
    assert reverse("mfa_step_up") in response.content.decode()
    with pytest.raises(emergencies.RefusedError, match="second factor"):
        open_record(student, other_teacher, now, second_factor_at=now - timedelta(minutes=11))


def test_the_database_itself_refuses_what_the_rules_refuse(student, other_teacher, lead, now):
    wrong = [
        {"reason": "too short".ljust(60)},
        {"expires_at": now + timedelta(minutes=61)},
        {"second_factor_at": now - timedelta(minutes=11)},
        {"approved_by": other_teacher, "approved_at": now},
        {"verdict": "justified", "reviewed_by": other_teacher, "reviewed_at": now},
        {"verdict": "unjustified", "reviewed_by": lead, "reviewed_at": now},
    ]
    for fields in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            factories.make_emergency(student, other_teacher, opened_at=now, **fields)


# --- how often -------------------------------------------------------------------------------------
def test_three_a_day_for_a_person(school_class, other_teacher, lead, now):
    pupils = [factories.make_student(school_class, f"孩子{number}") for number in range(4)]
    for student in pupils[:3]:
        open_record(student, other_teacher, now)

    with pytest.raises(emergencies.RefusedError, match="today"):
        open_record(pupils[3], other_teacher, now)

    tomorrow = now + timedelta(hours=24, seconds=1)
    assert open_record(pupils[3], other_teacher, tomorrow).opened_at == tomorrow


def test_ten_a_day_for_a_school(school, school_class, other_teacher, lead, now):
    for number in range(10):
        factories.make_emergency(
            factories.make_student(school_class, f"孩子{number}"), factories.make_user(), opened_at=now
        )

    with pytest.raises(emergencies.RefusedError, match="today"):
        open_record(factories.make_student(school_class, "孩子"), other_teacher, now)


def test_twice_is_once_while_the_first_is_open(student, other_teacher, lead, now):
    first = open_record(student, other_teacher, now)

    assert open_record(student, other_teacher, now + timedelta(minutes=1)) == first


# --- finding a pupil one doesn't see ----------------------------------------------------------------
def test_only_what_is_whole_and_right_finds_a_pupil(
    client, student, school_class, other_teacher, foreign_student
):
    client.force_login(other_teacher)
    page = reverse("students:emergency_find")
    assert client.get(page).status_code == 200

    def answer(**data):
        return client.post(page, data)

    right = answer(name="王小雨", school_class=school_class.pk)
    assert right["Location"] == reverse("students:emergency_open", args=[student.public_id])
    assert answer(name="王小", school_class=school_class.pk).status_code == 422
    assert answer(name="王小雨").status_code == 422
    assert (
        answer(name="陈思远", school_class=foreign_student.enrolments.get().school_class_id).status_code
        == 422
    )
    events = AuditEvent.objects.filter(event="emergency.searched")
    assert events.count() == 2
    assert "王小" not in str(list(events.values("details")))


@pytest.mark.parametrize(
    ("typed", "field"), [({"school_number": "99999999"}, "school_number"), ({"name": "王小"}, "name")]
)
def test_that_nobody_fits_is_said_beside_what_was_typed(client, school_class, other_teacher, typed, field):
    client.force_login(other_teacher)

    response = client.post(reverse("students:emergency_find"), {**typed, "school_class": school_class.pk})

    assert list(response.context["form"].errors) == [field]
    assert typed[field] in response.content.decode()


def test_two_who_fit_are_nobody_and_ten_searches_a_day_are_enough(
    student, school_class, school, other_teacher, now
):
    factories.make_student(school_class, student.name)

    def search():
        return emergencies.find_pupil(
            name=student.name,
            school_class=school_class,
            school_number="",
            schools=[school],
            by=other_teacher,
            now=now,
        )

    assert [search() for _number in range(10)] == [None] * 10
    with pytest.raises(emergencies.RefusedError):
        search()


# --- the second lock -----------------------------------------------------------------------------------
def test_the_database_names_the_pupils_whose_glass_is_broken(student, other_student, other_teacher, lead):
    used = factories.make_emergency(student, other_teacher)
    over = timezone.now() - timedelta(minutes=90)
    factories.make_emergency(other_student, other_teacher, opened_at=over)

    def asked(user) -> tuple[list[int], list[int]]:
        with tenancy.acting(user, "test"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT kl.my_emergency_students(), kl.my_emergency_sealed_students()")
            return cursor.fetchone()

    assert asked(other_teacher) == ([student.pk], [])
    assert asked(lead) == ([], [])
    EmergencyAccess.objects.filter(pk=used.pk).update(approved_by=lead, approved_at=timezone.now())
    assert asked(other_teacher) == ([student.pk], [student.pk])
    EmergencyAccess.objects.filter(pk=used.pk).update(ended_at=timezone.now())
    assert asked(other_teacher) == ([], [])


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_dont_pass_the_limit_together(school_class, other_teacher, lead):
    now = timezone.now()
    pupils = [factories.make_student(school_class, f"孩子{number}") for number in range(8)]

    def attempt(student) -> bool:
        try:
            open_record(student, other_teacher, now)
        except emergencies.RefusedError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(attempt, pupils))

    assert results.count(True) == emergencies.A_PERSON_A_DAY
