"""A district of 100,000 pupils, written in a few statements and emptied at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from accounts.roles import Role
from core import tenancy
from schools.models import School, SchoolClass
from students.models import Student
from tests import factories

SCHOOLS, PUPILS_A_SCHOOL, CLASSES_A_SCHOOL = 160, 625, 15

# Each school gets the same shape; every number below is a count within the school (1 to PUPILS_A_SCHOOL).
PLACES = """
INSERT INTO schools_school (public_id, code, name, area_id, is_open)
SELECT gen_random_uuid(), 'S' || n, 'School ' || n, %(area)s, true FROM generate_series(1, %(schools)s) AS n;
INSERT INTO schools_schoolyear (school_id, starts_on, ends_on)
SELECT id, '2026-09-01', '2027-08-31' FROM schools_school WHERE code LIKE 'S%%';
INSERT INTO schools_schoolclass (public_id, school_id, year_id, grade, number)
SELECT gen_random_uuid(), year.school_id, year.id, 1 + n %% 6, 1 + n / 6
FROM schools_schoolyear AS year JOIN schools_school AS school ON school.id = year.school_id
CROSS JOIN generate_series(0, %(classes)s - 1) AS n WHERE school.code LIKE 'S%%'
"""
PUPILS = """
CREATE TEMPORARY TABLE placed AS
SELECT school.id AS school_id, n, class.id AS class_id
FROM schools_school AS school CROSS JOIN generate_series(1, %(pupils)s) AS n
JOIN LATERAL (
    SELECT id FROM schools_schoolclass WHERE school_id = school.id
    ORDER BY id OFFSET n %% %(classes)s LIMIT 1
) AS class ON true
WHERE school.code LIKE 'S%%';
INSERT INTO students_student (public_id, school_id, name, former_name, pinyin, sex, born_on, school_number,
    ethnicity, health, boarding, address, created_at, changed_at)
SELECT gen_random_uuid(), school_id, '张' || chr(20000 + n), '', 'zhang ' || n, 'female', '2016-05-04',
    'N' || n, '', 'unknown', CASE WHEN n %% 2 = 0 THEN 'boarder' ELSE 'day' END, '', now(), now()
FROM placed;
INSERT INTO students_enrolment (school_id, student_id, school_class_id, started_on)
SELECT student.school_id, student.id, placed.class_id, '2026-09-01'
FROM students_student AS student JOIN placed ON placed.school_id = student.school_id
 AND student.school_number = 'N' || placed.n;
INSERT INTO students_finderkey (school_id, student_id, kind, key)
SELECT school_id, id, kind, CASE kind WHEN 'name' THEN name WHEN 'pinyin' THEN pinyin ELSE school_number END
FROM students_student CROSS JOIN unnest(ARRAY['name', 'pinyin', 'number']) AS kind WHERE school_number LIKE 'N%%'
"""
ENTRIES = """
INSERT INTO counselling_session (public_id, school_id, student_id, author_id, client_id, happened_at, recorded_at,
    mood, sensitivity)
SELECT gen_random_uuid(), school_id, id, %(author)s, gen_random_uuid(), now() - id %% 300 * interval '1 day',
    now(), 3, 'school' FROM students_student WHERE school_number LIKE 'N%%';
INSERT INTO counselling_sessiontext (school_id, session_id, student_id, level, number, line, facts, child_words,
    action, reason, written_by_id, written_at)
SELECT school_id, id, student_id, 'school', 1, 'Talked.', '', '', '', '', author_id, now()
FROM counselling_session WHERE author_id = %(author)s
"""


class District:
    """The county, one school of it, a class, a pupil, and the people whose pages are asked."""

    def __init__(self) -> None:
        area = factories.make_area("529901", level="province", name="Qingshi County")
        self.author = factories.make_user("author_of_many")
        self._fill(area.pk)
        self.school = School.objects.get(code="S80")
        self.school_class = SchoolClass.objects.filter(school=self.school).order_by("pk")[0]
        self.student = Student.objects.filter(enrolments__school_class=self.school_class).order_by("pk")[0]
        self.people = {
            Role.HOMEROOM_TEACHER: {"school_class": self.school_class},
            **{
                role: {"school": self.school}
                for role in (Role.COUNSELLOR, Role.SAFEGUARDING_LEAD, Role.SCHOOL_ADMIN, Role.WARDEN)
            },
            Role.DISTRICT_OFFICIAL: {"area": area},
        }
        self.users = {}
        for role, scope in self.people.items():
            self.users[role] = factories.make_user(f"at_scale_{role.value}")
            factories.make_membership(self.users[role], role, **scope)

    def _fill(self, area_id: int) -> None:
        numbers = {
            "area": area_id,
            "schools": SCHOOLS,
            "pupils": PUPILS_A_SCHOOL,
            "classes": CLASSES_A_SCHOOL,
            "author": self.author.pk,
        }
        # As the server's administrator, without triggers: what is measured is how rows are found, not what
        # writing them leaves in the audit, and the rows are right by construction.
        name = connections["owner"].settings_dict["NAME"]
        with closing(psycopg2.connect(settings.DATABASE_ADMIN_URL, dbname=name)) as admin:
            with admin, admin.cursor() as cursor:
                cursor.execute("SET session_replication_role = replica")
                for part in (PLACES, PUPILS, ENTRIES):
                    cursor.execute(part, numbers)
            admin.autocommit = True
            with admin.cursor() as cursor:
                cursor.execute("ANALYZE")


@pytest.fixture(scope="package")
def district(django_db_setup, django_db_blocker, _program_token) -> Iterator[District]:
    with django_db_blocker.unblock(), tenancy.use(_program_token):
        made = District()
        yield made
        call_command("flush", database="owner", interactive=False, verbosity=0)
