"""The audit trail of a school on its pages, and as a file."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import step_up
from core import audit
from core.models import AuditEvent
from schools import audit_words
from schools.selectors import audit as trail
from schools.selectors.audit import Wanted
from schools.services import RefusedError, export_events
from tests.architecture import code

pytestmark = pytest.mark.django_db

# What belongs to no school, or goes round the readers of a school's trail, needs no words on its page.
SILENT = ("user.", "concern.", "areas.", "demo.", "keys.")


def recorded() -> set[str]:
    """Every code that the source gives to audit.record."""
    found: set[str] = set()
    for path in code.python_files(*code.APPS):
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'audit\.record\(\s*"([a-z_]+\.[a-z_]+)"', text))
        found |= set(re.findall(r'record\(\s*"[a-z_.]+" if \w+ else "([a-z_]+\.[a-z_]+)"', text))
    return found


def url(name: str, school) -> str:
    return reverse(f"schools:{name}", args=[school.public_id])


def test_every_event_has_words():
    wordless = {one for one in recorded() if not one.startswith(SILENT)} - set(audit_words.EVENTS)

    assert len(recorded()) > 50
    assert wordless == set()


def test_every_kind_is_made_of_events_that_have_words():
    kinds = {*audit_words.READS, *audit_words.COPIES, *audit_words.RIGHTS}

    assert kinds - set(audit_words.EVENTS) == set()


def test_the_head_teacher_reads_who_opened_a_childs_page(client, head_teacher, homeroom_teacher, student):
    client.force_login(homeroom_teacher)
    client.get(reverse("students:detail", args=[student.public_id]))
    client.force_login(head_teacher)

    page = client.get(url("school_audit", student.school)).content.decode()

    assert "Homeroom Teacher" in page
    assert "Opened a child&#x27;s page" in page or "Opened a child’s page" in page
    assert student.name not in page


def test_another_school_is_not_in_it(client, head_teacher, school, other_school, stranger, foreign_student):
    client.force_login(stranger)
    client.get(reverse("students:detail", args=[foreign_student.public_id]))
    client.force_login(head_teacher)

    assert "Stranger" not in client.get(url("school_audit", school)).content.decode()
    assert client.get(url("school_audit", other_school)).status_code == 404


def test_signing_out_is_noted(client, lead):
    client.force_login(lead)

    client.post(reverse("account_logout"))

    assert AuditEvent.objects.get(event="user.signed_out").actor_id == lead.pk


def test_a_teacher_may_not_open_it(client, homeroom_teacher, school):
    client.force_login(homeroom_teacher)

    assert client.get(url("school_audit", school)).status_code == 403


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("", {"student.opened", "student.printed", "membership.granted", "student.corrected"}),
        ("reads", {"student.opened"}),
        ("copies", {"student.printed"}),
        ("rights", {"membership.granted"}),
        ("changes", {"student.corrected"}),
    ],
)
def test_events_are_chosen_by_kind(school, kind, expected):
    for event in ("student.opened", "student.printed", "membership.granted", "student.corrected"):
        audit.record(event, by=None, school_id=school.pk)

    found = trail.events_of(school, Wanted(kind=kind))

    assert set(found.values_list("event", flat=True)) == expected


def test_events_are_chosen_by_person_and_day(school, lead, counsellor):
    audit.record("student.opened", by=lead, school_id=school.pk)
    audit.record("student.opened", by=counsellor, school_id=school.pk)
    today = timezone.localdate(AuditEvent.objects.latest("pk").at)

    assert trail.events_of(school, Wanted(person=lead)).get().actor_id == lead.pk
    assert trail.events_of(school, Wanted(since=date(2020, 1, 1), until=date(2020, 1, 2))).count() == 0
    assert trail.events_of(school, Wanted(since=date(2020, 1, 1), until=today)).count() <= 2


def test_an_impossible_choice_is_said_and_kept(client, lead, school):
    client.force_login(lead)

    response = client.get(url("school_audit", school), {"since": "2026-11-22", "until": "2026-11-01"})

    assert response.status_code == 422
    assert "This is before the first day." in response.content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_costs_the_same_for_one_event_and_three(
    client, lead, school, number, django_assert_num_queries
):
    for _ in range(number):
        audit.record("student.opened", by=lead, school_id=school.pk)
    client.force_login(lead)
    client.get(url("school_audit", school))

    with django_assert_num_queries(PAGE_QUERIES):
        client.get(url("school_audit", school))


PAGE_QUERIES = 9


def test_pages_turn_by_key(client, lead, school):
    for number in range(35):
        audit.record("student.opened", by=lead, school_id=school.pk, number=number)
    client.force_login(lead)

    first = client.get(url("school_audit", school))
    second = client.get(url("school_audit", school), {"cursor": first.context["page"].next_cursor})

    numbers = [line.event.details["number"] for line in [*first.context["lines"], *second.context["lines"]]]
    assert numbers == list(range(34, -1, -1))


def test_changed_rows_are_shown_with_names_of_sensitive_columns_only(client, lead, student, school_admin):
    from core import tenancy
    from students.models import Student

    with tenancy.acting(school_admin, "test"):
        Student.objects.filter(pk=student.pk).update(name="陈小雨", health="chronic")
    client.force_login(lead)

    page = client.get(url("school_audit_changes", student.school)).content.decode()

    assert "王小雨 → 陈小雨" in page
    assert "health" in page
    assert "chronic" not in page


# --- the file ------------------------------------------------------------------------------------


def test_the_file_is_formula_safe_names_no_child_and_is_noted_itself(client, head_teacher, student, lead):
    lead.name = "=HYPERLINK(1)"
    lead.save()
    audit.record("student.opened", by=lead, target=student, subject=student, reason="lead")
    day = timezone.localdate(AuditEvent.objects.latest("pk").at)
    client.force_login(head_teacher)

    response = client.post(
        url("school_audit_export", student.school), {"since": "2026-01-01", "until": day.isoformat()}
    )

    text = response.content.decode("utf-8-sig")
    assert response["Content-Disposition"] == 'attachment; filename="audit.csv"'
    assert "'=HYPERLINK(1)" in text
    assert str(student.public_id) in text
    assert student.name not in text
    noted = AuditEvent.objects.get(event="audit.exported")
    assert (noted.actor_id, noted.school_id) == (head_teacher.pk, student.school_id)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Wanted(until=date(2026, 1, 1)), "since"),
        (Wanted(since=date(2024, 1, 1), until=date(2026, 1, 1)), "until"),
    ],
)
def test_a_file_has_two_days_and_a_year_at_most(school, lead, wanted, field):
    with pytest.raises(RefusedError) as refusal:
        export_events(school=school, wanted=wanted, by=lead)

    assert refusal.value.field == field


def test_a_file_without_days_is_refused_beside_the_field(client, lead, school):
    client.force_login(lead)

    response = client.post(url("school_audit_export", school), {})

    assert response.status_code == 422
    assert "Choose the first and the last day of the file." in response.content.decode()


def test_the_file_and_who_looked_ask_for_the_second_factor_again(client, lead, school, student):
    client.force_login(lead)
    session = client.session
    session[step_up.SESSION_KEY] |= {"at": 0}
    session.save()

    file = client.post(url("school_audit_export", school), {"since": "2026-01-01", "until": "2026-01-31"})
    looked = client.get(reverse("students:who_looked", args=[student.public_id]))

    assert [answer["Location"].partition("?")[0] for answer in (file, looked)] == [reverse("mfa_step_up")] * 2
    assert not AuditEvent.objects.filter(event="audit.exported").exists()
