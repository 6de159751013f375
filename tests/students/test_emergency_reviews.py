"""Break-glass: who is told, who judges, and the second person for sealed entries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from core.models import AuditEvent
from reminders.models import Reminder
from students import access
from students.models import EmergencyAccess
from students.services import emergencies
from tests import factories
from tests.breaking_glass import REASON, at, grow_old, open_record


# --- who is told and who judges ---------------------------------------------------------------------
def test_the_leads_are_told_in_the_same_transaction_without_a_name(student, other_teacher, lead, now):
    used = open_record(student, other_teacher, now)

    told = Reminder.objects.filter(about=emergencies.about(used))
    assert {one.recipient for one in told} == {lead}
    row = str(list(told.values()))
    assert [word for word in (student.name, REASON, other_teacher.name) if word in row] == []
    event = AuditEvent.objects.get(event="emergency.opened")
    assert event.actor_id == other_teacher.pk
    assert REASON not in str(event.details)


def test_where_nobody_could_judge_nothing_opens(student, other_teacher, now):
    with pytest.raises(emergencies.RefusedError, match="no safeguarding lead"):
        open_record(student, other_teacher, now)


def test_a_lead_s_own_use_goes_to_another_lead_or_the_head(student, lead, head_teacher, school, now):
    used = open_record(student, lead, now)
    assert access.reviewers_of(used, on=timezone.localdate(now)) == [head_teacher]

    second = factories.make_user("second_lead")
    factories.make_membership(second, Role.SAFEGUARDING_LEAD, school=school)
    assert access.reviewers_of(used, on=timezone.localdate(now)) == [second]


def test_the_lead_judges_from_today_s_page_and_the_notice_is_taken_down(
    client, student, other_teacher, lead, now
):
    used = open_record(student, other_teacher, now)
    client.force_login(lead)
    page = reverse("students:emergency", args=[used.public_id])
    assert page in client.get(reverse("students:today")).content.decode()
    assert REASON.split("'")[0] in client.get(page).content.decode()

    missing = client.post(f"{page}review/", {"verdict": "unjustified"})
    done = client.post(f"{page}review/", {"verdict": "unjustified", "note": "A call would have done."})

    assert (missing.status_code, done.status_code) == (422, 302)
    used.refresh_from_db()
    assert (used.verdict, used.reviewed_by) == ("unjustified", lead)
    assert page not in client.get(reverse("students:today")).content.decode()
    assert not Reminder.objects.standing().filter(about=emergencies.about(used)).exists()


@pytest.mark.parametrize(("verdict", "stays_open"), [("justified", True), ("unjustified", False)])
def test_what_was_not_justified_is_closed_at_once(student, other_teacher, lead, now, verdict, stays_open):
    used = open_record(student, other_teacher, now)

    judged = emergencies.review(used=used, verdict=verdict, note="A call would have done.", by=lead, now=now)

    assert (judged.verdict, judged.ended_at is None) == (verdict, stays_open)
    assert EmergencyAccess.objects.in_force(now).filter(pk=used.pk).exists() is stays_open
    assert AuditEvent.objects.filter(event="emergency.ended").exists() is not stays_open


def test_nobody_judges_their_own_use_and_no_use_is_judged_twice(client, student, lead, head_teacher, now):
    used = open_record(student, lead, now)
    client.force_login(lead)
    own = client.post(reverse("students:emergency_review", args=[used.public_id]), {"verdict": "justified"})
    assert own.status_code == 403
    with pytest.raises(emergencies.RefusedError, match="their own"):
        emergencies.review(used=used, verdict="justified", note="", by=lead, now=now)

    emergencies.review(used=used, verdict="justified", note="", by=head_teacher, now=now)

    with pytest.raises(emergencies.RefusedError, match="already"):
        emergencies.review(used=used, verdict="justified", note="", by=head_teacher, now=now)


def test_the_program_can_neither_remove_a_use_nor_rewrite_it(student, other_teacher, lead, now):
    used = open_record(student, other_teacher, now)
    for statement in (
        "DELETE FROM {}",
        "UPDATE {} SET reason = repeat('x', 40)",
        "UPDATE {} SET user_id = 1",
    ):
        with (
            pytest.raises(Exception, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement.format(EmergencyAccess._meta.db_table))

    assert EmergencyAccess.objects.get().reason == used.reason


# --- sealed entries take a second person --------------------------------------------------------------
def test_the_second_person_is_another_one_who_reads_restricted_entries(
    student, other_teacher, warden, counsellor, lead, now
):
    used = open_record(student, other_teacher, now)
    open_record(student, warden, now)
    on = timezone.localdate(now)

    allowed = [
        one
        for one in (other_teacher, warden, counsellor, lead)
        if access.may_approve(at(one, now), used, on=on)
    ]

    assert allowed == [counsellor, lead]  # the warden's own broken glass doesn't count
    with pytest.raises(emergencies.RefusedError):
        emergencies.approve_sealed(used=used, by=other_teacher, now=now)
    with pytest.raises(emergencies.RefusedError, match="over"):
        emergencies.approve_sealed(used=used, by=lead, now=now + timedelta(minutes=60))


def test_approving_takes_the_second_person_s_own_factor(client, student, other_teacher, lead, now):
    used = open_record(student, other_teacher, now)
    address = reverse("students:emergency_approve", args=[used.public_id])
    client.force_login(lead)
    grow_old(client)
    assert client.post(address)["Location"].startswith(reverse("mfa_step_up"))

    client.force_login(lead)
    client.post(address)

    used.refresh_from_db()
    assert used.approved_by == lead


# --- the list -----------------------------------------------------------------------------------------
def test_the_list_costs_the_same_with_one_use_and_with_three(client, student, school_class, lead):
    client.force_login(lead)
    factories.make_emergency(student, factories.make_user())
    page = reverse("students:emergencies")

    def queries() -> int:
        client.get(page)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(page).status_code == 200
        return len(seen)

    before = queries()
    for number in range(2):
        factories.make_emergency(factories.make_student(school_class, f"孩子{number}"), factories.make_user())

    assert queries() == before
