"""Who looked at a child's record, and the weekly list of unusual looks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from django.urls import reverse

from core import audit
from core.models import AuditEvent
from counselling.models import Session
from counselling.services import talks
from reminders.models import Reminder
from schools.models import Duty
from students import tasks
from students.selectors import audit as looks
from students.services import reading, unusual_reads
from tests import factories

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
NIGHT = datetime(2026, 11, 17, 16, 30, tzinfo=UTC)  # 00:30 on the 18th
SINCE, UNTIL = looks.week_of(MONDAY.date())


def page_of(student):
    return reverse("students:detail", args=[student.public_id])


def look(by, student, *, at=MONDAY, event="student.opened", monkeypatch, **details):
    monkeypatch.setattr("core.audit.timezone.now", lambda: at)
    audit.record(event, by=by, target=student, subject=student, **details)
    monkeypatch.undo()


def found(school):
    return {(one.rule, one.who) for one in looks.unusual_reads(school, since=SINCE, until=UNTIL)}


# --- what is noted -------------------------------------------------------------------------------


def test_opening_a_childs_page_notes_who_why_and_how_deep(client, school_admin, student):
    client.force_login(school_admin)
    client.get(page_of(student))

    event = AuditEvent.objects.get(event="student.opened")
    assert (event.actor_id, event.subject_id) == (school_admin.pk, str(student.public_id))
    assert event.details == {"reason": "admin", "shown": ["contact", "home", "identity"], "way": "page"}


def test_a_page_that_was_refused_is_not_called_opened(client, stranger, student):
    client.force_login(stranger)
    client.get(page_of(student))

    assert not AuditEvent.objects.filter(event="student.opened").exists()


def test_a_search_keeps_its_length_and_never_its_words(client, counsellor, student):
    client.force_login(counsellor)
    client.post(reverse("students:finder"), {"q": student.name})

    event = AuditEvent.objects.get(event="student.searched")
    assert event.details == {"typed": 3, "found": 1}
    assert event.school_id == student.school_id


def test_a_program_that_reads_a_record_is_noted(counsellor, student):
    reading.open_record(student=student, by=counsellor, now=MONDAY)

    assert AuditEvent.objects.get(event="student.opened").details["way"] == "api"


# --- who looked? ---------------------------------------------------------------------------------


def test_the_lead_sees_who_looked_when_and_why(client, lead, homeroom_teacher, counsellor, student):
    session = factories.make_session(student, homeroom_teacher, sensitivity=Session.Sensitivity.RESTRICTED)
    client.force_login(homeroom_teacher)
    client.get(page_of(student))
    talks.read_texts(session=session, by=counsellor)
    client.force_login(lead)

    page = client.get(reverse("students:who_looked", args=[student.public_id])).content.decode()

    assert "Homeroom Teacher" in page
    assert "own class" in page
    assert "Counsellor" in page
    assert "Read a restricted entry" in page


def test_looks_at_other_children_are_not_in_it(client, lead, counsellor, student, other_student):
    client.force_login(counsellor)
    client.get(page_of(other_student))

    lines, _page = looks.looks_at(student, cursor=None)

    assert lines == []


def test_the_button_is_for_those_who_answer_for_the_trail(client, lead, counsellor, student):
    url = reverse("students:who_looked", args=[student.public_id])
    client.force_login(lead)
    of_lead = client.get(page_of(student)).content.decode()
    client.force_login(counsellor)
    of_counsellor = client.get(page_of(student)).content.decode()

    assert url in of_lead
    assert url not in of_counsellor
    assert client.get(url).status_code == 403


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_costs_the_same_for_one_look_and_three(
    client, lead, counsellor, student, number, django_assert_num_queries
):
    for _ in range(number):
        reading.open_record(student=student, by=counsellor, now=MONDAY)
    url = reverse("students:who_looked", args=[student.public_id])
    client.force_login(lead)
    client.get(url)

    with django_assert_num_queries(8):
        client.get(url)


# --- unusual looks -------------------------------------------------------------------------------


def test_an_ordinary_look_is_not_unusual(homeroom_teacher, student, monkeypatch):
    look(homeroom_teacher, student, reason="class", shown=["contact"], monkeypatch=monkeypatch)

    assert found(student.school) == set()


def test_a_look_at_night_is_unusual_unless_on_duty_then(counsellor, warden, student, monkeypatch):
    look(counsellor, student, at=NIGHT, reason="counsellor", monkeypatch=monkeypatch)
    look(warden, student, at=NIGHT, reason="duty", monkeypatch=monkeypatch)
    Duty.objects.create(
        school=student.school,
        user=warden,
        kind=Duty.Kind.values[0],
        starts_at=NIGHT - timedelta(hours=3),
        ends_at=NIGHT + timedelta(hours=6),
        planned_by=counsellor,
    )

    assert found(student.school) == {("night", "Counsellor")}


def test_many_different_children_in_an_hour_are_unusual(counsellor, lead, school_class, monkeypatch):
    pupils = [factories.make_student(school_class, f"王{number}") for number in range(looks.MANY)]
    for pupil in pupils:
        look(counsellor, pupil, reason="counsellor", monkeypatch=monkeypatch)
        look(lead, pupils[0], reason="lead", monkeypatch=monkeypatch)

    assert found(school_class.school) == {("many", "Counsellor")}


def test_depth_by_a_distant_role_is_unusual(head_teacher, school_admin, student, monkeypatch):
    look(school_admin, student, reason="admin", shown=["contact", "identity"], monkeypatch=monkeypatch)
    look(head_teacher, student, reason="head", shown=["contact"], monkeypatch=monkeypatch)

    assert found(student.school) == {("distant", "School Admin")}


def test_every_emergency_is_on_the_list(homeroom_teacher, student, monkeypatch):
    look(homeroom_teacher, student, event="emergency.opened", at=NIGHT, monkeypatch=monkeypatch)

    assert found(student.school) == {("emergency", "Homeroom Teacher")}


def test_the_page_says_why_each_look_is_on_it(client, lead, counsellor, student, monkeypatch):
    look(counsellor, student, at=NIGHT, reason="counsellor", monkeypatch=monkeypatch)
    client.force_login(lead)
    url = reverse("students:unusual_reads", args=[student.school.public_id])

    page = client.get(url, {"week": "2026-11-18"}).content.decode()
    other_week = client.get(url, {"week": "2026-11-25"}).content.decode()

    assert page.count("At night (22:00 to 06:00), without a duty then") == 2  # the look, and the rule
    assert student.name not in page
    assert "Nothing unusual" in other_week


@pytest.mark.parametrize(
    ("language", "said"), [("en", ">16 Nov 2020</time>"), ("zh-hans", ">2020年11月16日</time>")]
)
def test_the_week_is_written_as_every_day_is(client, lead, school, language, said):
    lead.language = language
    lead.save()
    client.force_login(lead)

    page = client.get(reverse("students:unusual_reads", args=[school.public_id]), {"week": "2020-11-18"})

    assert said in page.content.decode()


@pytest.mark.parametrize("week", ["", "x", "2026-99-99", "0001-01-01"])
def test_a_week_that_is_none_is_this_one(client, lead, school, week):
    client.force_login(lead)

    assert (
        client.get(reverse("students:unusual_reads", args=[school.public_id]), {"week": week}).status_code
        == 200
    )


def test_no_week_to_come_is_offered(client, lead, school):
    client.force_login(lead)
    url = reverse("students:unusual_reads", args=[school.public_id])

    assert "The week after" not in client.get(url).content.decode()
    assert "The week after" in client.get(url, {"week": "2020-11-18"}).content.decode()


# --- the weekly word -----------------------------------------------------------------------------

NEXT_MONDAY = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)  # 06:00 on Monday the 23rd


def test_the_lead_is_told_once_and_without_names(lead, head_teacher, counsellor, student, monkeypatch):
    look(counsellor, student, at=NIGHT, monkeypatch=monkeypatch)

    told = [unusual_reads.tell_of_unusual_reads(now=NEXT_MONDAY) for _ in range(2)]

    reminders = Reminder.objects.filter(category="unusual_reads")
    assert told == [1, 1]
    assert {row.recipient for row in reminders} == {lead}
    assert {row.channel for row in reminders} == {"bell", "email"}
    assert len(reminders) == 2
    text = " ".join(f"{row.about} {row.url_path} {row.from_name}" for row in reminders)
    assert student.name not in text
    assert counsellor.name not in text
    assert reminders[0].url_path.endswith("?week=2026-11-16")


def test_a_school_without_an_unusual_look_hears_nothing(lead, homeroom_teacher, student, monkeypatch):
    look(homeroom_teacher, student, reason="class", monkeypatch=monkeypatch)

    assert unusual_reads.tell_of_unusual_reads(now=NEXT_MONDAY) == 0
    assert not Reminder.objects.exists()


def test_nobody_watches_themselves_alone(lead, head_teacher, student, monkeypatch):
    look(lead, student, at=NIGHT, monkeypatch=monkeypatch)

    unusual_reads.tell_of_unusual_reads(now=NEXT_MONDAY)

    assert {row.recipient for row in Reminder.objects.all()} == {lead, head_teacher}


def test_the_weekly_task_works_in_a_scope_of_its_own(db):
    assert tasks.tell_of_unusual_reads() == 0
    assert connections["default"].is_usable()
