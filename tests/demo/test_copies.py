"""Copies of the first school (`make demo-reset SIZE=`): written without triggers, so everything is asked here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from bench import people
from calls.models import Call
from core import audit_chain, tenancy
from core.models import AuditEvent
from counselling import sealing
from counselling.models import FollowUp, SessionText
from dashboards.models import AreaFigure, WeeklyCount
from dashboards.services import building
from demo import copies, copy_plan, services
from demo.staff import PASSWORD
from dormitories.models import Stay
from schools.models import School
from students.models import FinderKey, PhoneNumber, Student
from students.selectors import finder

pytestmark = pytest.mark.django_db(databases=["default", "owner", "district"])

PATTERN, SIZE = 240, 600
FEWEST_KEYS = 250  # foreign keys of the program's tables; fewer would mean that the list was lost


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker, _program_token) -> Iterator[copies.Made]:
    with django_db_blocker.unblock(), tenancy.use(_program_token):
        now = timezone.localtime()
        services.seed_district(pupils=PATTERN, seed=7, now=now)
        yield copies.fill(pupils=SIZE, now=now, say=lambda _: None)
        call_command("flush", database="owner", interactive=False, verbosity=0)


@pytest.fixture
def copy(made) -> School:
    return School.objects.order_by("-pk")[0]


@pytest.fixture
def counsellor(copy) -> User:
    return User.objects.get(username=f"counsellor{School.objects.count()}")


def test_the_county_has_as_many_pupils_as_asked_for_or_one_school_less(made, copy):
    pattern = School.objects.get(code="2152999901")
    a_school = Student.objects.filter(school=pattern).count()

    assert SIZE - a_school < Student.objects.count() <= SIZE
    assert School.objects.count() == 6 + made.schools
    assert made.pupils == made.schools * a_school
    assert Student.objects.filter(school=copy).count() == a_school


def test_every_foreign_key_names_a_row_that_is_there(made):
    name = connections["owner"].settings_dict["NAME"]
    with (
        closing(psycopg2.connect(settings.DATABASE_ADMIN_URL, dbname=name)) as admin,
        admin.cursor() as cursor,
    ):
        cursor.execute(_KEYS)
        asked = cursor.fetchall()
        broken = [said for said, statement in asked if _finds(cursor, statement)]

    assert broken == []
    assert len(asked) > FEWEST_KEYS


# One statement for each foreign key, composite ones too: a row whose key is whole and names nothing.
_KEYS = """
SELECT conrelid::regclass || ' ' || conname, format(
    'SELECT 1 FROM %s AS r WHERE %s AND NOT EXISTS (SELECT 1 FROM %s AS to_ WHERE %s) LIMIT 1',
    conrelid::regclass, string_agg(format('r.%I IS NOT NULL', mine.attname), ' AND '),
    confrelid::regclass, string_agg(format('r.%I = to_.%I', mine.attname, theirs.attname), ' AND ')
) FROM pg_constraint
CROSS JOIN LATERAL unnest(conkey, confkey) AS pair (mine, theirs)
JOIN pg_attribute AS mine ON mine.attrelid = conrelid AND mine.attnum = pair.mine
JOIN pg_attribute AS theirs ON theirs.attrelid = confrelid AND theirs.attnum = pair.theirs
WHERE contype = 'f' AND connamespace = 'public'::regnamespace
GROUP BY conrelid, conname, confrelid
"""


def _finds(cursor, statement: str) -> bool:
    cursor.execute(statement)
    return cursor.fetchone() is not None


def test_a_copy_holds_as_much_of_everything_as_its_pattern(made, copy):
    """But what copy_plan.LEFT_OUT names; a table that nobody thought of would be empty or unequal."""
    pattern = School.objects.get(code="2152999901")
    unequal = {}
    for model in [*copy_plan.tables(), FinderKey]:
        if not any(field.name == "school" for field in model._meta.concrete_fields):
            continue
        counts = [model._base_manager.filter(school=school).count() for school in (pattern, copy)]
        if counts[0] != counts[1]:
            unequal[model._meta.label] = counts
    left_out = {label for label in copy_plan.LEFT_OUT if _rows_of(label, copy)}

    assert set(unequal) <= {"students.FinderKey"}, unequal
    assert left_out == set()
    assert Call.objects.filter(school=copy).exists()
    assert Stay.objects.filter(school=copy).exists()


def _rows_of(label: str, school: School) -> bool:
    model = apps.get_model(label)
    names = {field.name for field in model._meta.concrete_fields}
    return "school" in names and model._base_manager.filter(school=school).exists()


def test_a_counsellor_of_a_copy_sees_that_school_and_no_other(copy, counsellor):
    with tenancy.acting(counsellor, "test"):
        seen = set(Student.objects.values_list("school", flat=True))
        numbers = set(PhoneNumber.objects.values_list("school", flat=True))

    assert seen == numbers == {copy.pk}


def test_the_finder_of_a_copy_finds_by_name_and_by_every_number(copy):
    admin = User.objects.get(username=f"admin{School.objects.count()}")
    child = Student.objects.filter(school=copy, identity_number__isnull=False).latest("pk")
    adult = child.guardian_links.filter(person__phone__isnull=False).first()
    today = timezone.localdate()

    typed = [child.name, child.identity_number, child.school_number, adult.person.phone[-4:]]
    with tenancy.acting(admin, "test"):
        found = {text: finder.find(admin, text, on=today, limit=50).found for text in typed}
    missed = [text for text, lines in found.items() if child not in [line.student for line in lines]]

    assert missed == []


def test_what_is_sealed_in_a_copy_opens_with_the_copys_own_key(copy, counsellor):
    with tenancy.acting(counsellor, "test"):
        texts = SessionText.objects.filter(school=copy, sealed__isnull=False).select_related(
            "session__student"
        )
        opened = [sealing.open_text(text.session, text).line for text in texts]
        notes = [
            sealing.open_note(one).note for one in FollowUp.objects.filter(school=copy, sealed__isnull=False)
        ]

    assert opened
    assert all(opened)
    assert all(notes)


@pytest.mark.parametrize("who", ["teacher", "counsellor", "warden", "admin", "head", "official"])
def test_the_cast_signs_in_and_its_pages_open(made, who):
    client = Client()
    response = client.post("/accounts/login/", {"login": who, "password": PASSWORD})
    assert response.status_code == 302, "the password was taken, the second factor is asked for"
    client = people.signed_in(User.objects.get(username=who))
    pages = ["students:today"]
    if who == "official":
        pages += ["dashboards:district"]
    else:
        pages += ["students:list", "dormitories:houses", "calls:week"]

    answers = {page: client.get(reverse(page), follow=True).status_code for page in pages}

    assert set(answers.values()) == {200}, answers


def test_people_of_a_copy_sign_in_by_the_demos_pattern_of_names(copy, counsellor):
    client = people.signed_in(counsellor)

    response = client.get(reverse("students:list"), follow=True)

    assert counsellor.check_password(PASSWORD)
    assert counsellor.authenticator_set.count() == 1
    assert response.status_code == 200


def test_the_trail_is_whole_and_says_that_a_school_was_copied(made, copy):
    report = audit_chain.verify()

    assert report.flaws == []
    assert report.links > School.objects.count()
    assert AuditEvent.objects.filter(event=copies.COPIED, school_id=copy.pk).count() == 1
    assert AuditEvent.objects.filter(event=copies.COPIED).count() == made.schools


def test_counting_a_copy_from_its_rows_gives_what_was_copied(copy):
    def counted() -> list[tuple[object, ...]]:
        rows = WeeklyCount.objects.filter(school=copy).order_by("week", "indicator")
        return list(rows.values_list("week", "indicator", "numerator", "denominator", "days"))

    before = counted()
    building.rebuild(school_ids=[copy.pk], now=timezone.localtime())

    assert before
    assert counted() == before
    assert AreaFigure.objects.filter(area=copy.area).exists()


def test_new_rows_get_ids_behind_the_copies(copy, counsellor):
    student = Student.objects.create(
        school=copy, name="新来", sex="female", born_on="2015-01-01", school_number="X1"
    )

    assert student.pk == Student.objects.order_by("-pk").first().pk
