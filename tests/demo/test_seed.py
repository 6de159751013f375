"""The demo district in the database: what it holds, and who can sign in."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Count, F, Q
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from config.settings import base
from core.models import AuditEvent
from counselling.models import FollowUp, Session, SessionText
from demo import services
from demo.staff import PASSWORD, SIGN_INS
from reminders.models import Channel, Reminder
from schools.models import Area, Membership, School, SchoolClass
from students.models import (
    CareArrangement,
    Enrolment,
    FinderKey,
    GuardianCapacity,
    GuardianLink,
    MigrationEpisode,
    Person,
    PhoneNumber,
    ReachableWindow,
    Student,
)
from students.selectors import finder, left_behind
from students.services import finder as finder_service
from tests import factories

NOW = datetime(2026, 11, 22, 14, 5, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_the_county_has_six_schools_and_as_many_pupils_as_asked_for(district):
    assert (School.objects.count(), district["schools"]) == (6, 6)
    assert abs(Student.objects.count() - 600) < 60
    assert Area.objects.get(code="529999").path == "520000/529900/529999"
    assert Enrolment.objects.filter(ended_on=None).count() == Student.objects.count()
    assert not Student.objects.filter(guardian_links=None).exists()
    assert Session.objects.count() == district["talks"] > 300
    # the tests' scope is the program's, which reads no word of a secret entry
    assert (
        SessionText.objects.filter(number=1).count()
        == Session.objects.exclude(sensitivity__in=["sealed", "process"]).count()
    )
    assert AuditEvent.objects.filter(event=services.SEEDED).count() == 1


def test_the_sample_rosters_fit_the_first_school(district):
    school = School.objects.get(code="2152999901")

    this_year = SchoolClass.objects.filter(school=school, year__starts_on=date(2026, 9, 1))
    grades = this_year.values("grade").annotate(number=Count("id"))

    assert school.name == "青石乡中心学校"
    assert {row["grade"]: row["number"] for row in grades} == dict.fromkeys(range(1, 10), 3)


def test_no_row_crosses_a_school(district):
    assert not Enrolment.objects.exclude(school=F("student__school")).exists()
    assert not Enrolment.objects.exclude(school=F("school_class__school")).exists()
    assert not GuardianLink.objects.exclude(school=F("person__school")).exists()
    for facts in (PhoneNumber, MigrationEpisode, ReachableWindow, GuardianCapacity):
        assert facts.objects.exists()
        assert not facts.objects.exclude(school=F("person__school")).exists()
    assert not CareArrangement.objects.exclude(school=F("student__school")).exists()
    assert not Session.objects.exclude(school=F("student__school")).exists()
    assert not Session.topics.through.objects.exclude(session__school=F("topic__school")).exists()


def test_homes_are_known_as_far_as_in_life(district):
    found = left_behind.statuses(Student.objects.values_list("pk", flat=True), NOW.date())
    answers = Counter(one["civil_affairs"].answer for one in found.values())

    assert set(answers) == {"yes", "no", "not_collected"}
    assert 0.2 < answers["yes"] / len(found) < 0.5
    assert PhoneNumber.objects.count() == Person.objects.filter(phone__isnull=False).count()
    looked_after = CareArrangement.objects.exclude(carer=None)
    assert not looked_after.exclude(carer__guardian_links__student=F("student")).exists()


@pytest.mark.parametrize(("username", "role"), SIGN_INS.items())
def test_every_role_signs_in_and_gets_its_first_page(district, username: str, role: Role):
    client = Client()

    assert client.login(username=username, password=PASSWORD)
    assert client.get("/").status_code == 200
    assert Membership.objects.get(user__username=username).role == role


def test_who_signs_in_has_promises_and_the_teacher_has_quiet_children(district):
    teacher = User.objects.get(username="teacher")
    mine = Q(enrolments__school_class__memberships__user=teacher)
    signing_in = User.objects.filter(username__in=SIGN_INS)  # of so few pupils one alone may lack one
    open_ones = FollowUp.objects.filter(owner__in=signing_in, done_at=None)

    assert open_ones.filter(due_on__lt=NOW.date()).exists()
    assert open_ones.filter(due_on=NOW.date()).exists()
    lately = Session.objects.filter(happened_at__gt=NOW - timedelta(weeks=10))
    assert Student.objects.filter(mine).exclude(sessions__in=lately).exists()


def test_every_open_promise_rings_and_only_those_ahead_write_mails(district):
    open_ones = FollowUp.objects.filter(done_at=None)

    promised = Reminder.objects.filter(category="follow_up")
    assert promised.filter(channel=Channel.BELL).count() == open_ones.count() > 0
    ahead = open_ones.filter(due_on__gte=NOW.date())
    assert promised.filter(channel=Channel.EMAIL).count() == ahead.count()


def test_pupils_are_found_as_if_the_service_had_made_them(district):
    student = Student.objects.order_by("pk").first()
    before = set(FinderKey.objects.filter(student=student).values_list("kind", "key"))
    counsellor = User.objects.get(username="counsellor")

    finder_service.refresh_keys([student.pk])

    assert set(FinderKey.objects.filter(student=student).values_list("kind", "key")) == before
    assert student in [line.student for line in finder.find(counsellor, student.name, on=NOW.date()).found]


def test_new_rows_follow_the_seeded_ones(district):
    """COPY took its keys from the sequences: the next pupil must not meet one of them."""
    school_class = SchoolClass.objects.order_by("pk").first()

    assert factories.make_student(school_class, "新来的").pk > 0


@pytest.fixture
def demo_codes(settings):
    settings.SHOW_DEMO_CODES = True


def test_one_more_tap_signs_a_newcomer_in(district, client, demo_codes):
    client.post("/accounts/login/", {"login": "lead", "password": PASSWORD})
    page = client.get("/accounts/2fa/code/")

    shown = page.context["form"].initial["code"]
    assert f'value="{shown}"' in page.content.decode()
    assert "your phone would show this code" in page.content.decode()
    assert client.post("/accounts/2fa/code/", {"code": shown})["Location"] == "/"
    assert client.get("/").status_code == 200


def test_the_same_newcomer_signs_in_again_at_once(district, demo_codes):
    """A code works once, so the page shows the next one."""
    for _time in range(2):
        client = Client()
        client.post("/accounts/login/", {"login": "teacher", "password": PASSWORD})
        shown = client.get("/accounts/2fa/code/").context["demo_code"]

        assert client.post("/accounts/2fa/code/", {"code": shown}).status_code == 302


def test_elsewhere_no_page_shows_a_code(district, client, settings):
    assert base.SHOW_DEMO_CODES is settings.SHOW_DEMO_CODES is False
    client.post("/accounts/login/", {"login": "lead", "password": PASSWORD})

    page = client.get("/accounts/2fa/code/")

    assert page.context["demo_code"] == ""
    assert "your phone would show" not in page.content.decode()
