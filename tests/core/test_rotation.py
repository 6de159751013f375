"""Rotating the data key: everything stays readable, nothing stays behind, and no clear number is in any table."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import IntegrityError, connection, connections, transaction
from django.db.models import F

from accounts.second_factor import seeds, selectors
from config import embedded
from config.embedded_host import binaries
from core import keyring, keys, rotation
from core.models import AuditEvent
from schools.models import School
from students.models import GuardianLink, Person, RosterImport, RosterRow, Student
from students.services import finder
from tests import factories

IDENTITY, NATIONAL, PHONE, OTHER_PHONE = (
    "52999920170504002X",
    "G52999920170504002X",
    "13800138000",
    "15900001111",
)
CLEAR = [IDENTITY, PHONE, OTHER_PHONE]


@pytest.fixture
def ring(tmp_path: Path, settings) -> Path:
    """The keyring of the tests, in a file that may change."""
    path = tmp_path / "ring.json"
    keyring.write(path, settings.KEYRING_FILE.read_bytes())
    settings.KEYRING_FILE = path
    settings.SCHOOL_KEYS_DIR = tmp_path / "schools"
    return path


@pytest.fixture
def numbered(student: Student) -> Student:
    """A pupil with every number, their mother, and an import that waits."""
    student.identity_number, student.national_number, student.phone = IDENTITY, NATIONAL, PHONE
    student.save()
    mother = Person.objects.create(school=student.school, name="李梅", phone=OTHER_PHONE)
    GuardianLink.objects.create(school=student.school, student=student, person=mother, relation="mother")
    roster = RosterImport.objects.create(
        school=student.school,
        file_name="r.csv",
        content=f"身份证号\n{IDENTITY}".encode(),
        table={"rows": [[IDENTITY]]},
        uploaded_at="2026-11-22T00:00Z",
    )
    RosterRow.objects.create(
        school=student.school,
        roster=roster,
        number=2,
        verdict="new",
        pupil={"phone": PHONE},
        changes=[{"key": "phone", "new": PHONE}],
    )
    finder.refresh_keys([student.pk])
    return student


def everything(student: Student) -> list[object]:
    student = Student.objects.get(pk=student.pk)
    roster, row = RosterImport.objects.get(), RosterRow.objects.get()
    return [
        student.identity_number,
        student.national_number,
        student.phone,
        Person.objects.get().phone,
        roster.content,
        roster.table,
        row.pupil,
        row.changes,
    ]


@pytest.mark.django_db(transaction=True)
def test_after_a_rotation_everything_is_readable_also_without_the_old_key(ring, numbered, school: School):
    before = everything(numbered)
    sealed = keys.school_encrypt(school.public_id, b"sealed", bound_to="entry:1")
    person = factories.make_user("holder")
    closed = seeds.close("SEED", bound_to=selectors.place_of(person.pk))
    app = Authenticator.objects.create(user=person, type="totp", data={"secret": closed})
    old = keys.newest_id()
    count = sum(rotation.used("owner").values())

    call_command("rotate_keys")

    assert keys.newest_id() != old
    assert dict(rotation.used("owner")) == {keys.newest_id(): count}
    assert everything(numbered) == before

    call_command("rotate_keys", "--retire")

    assert [key.id for key in keyring.read(ring).keys] == [keys.newest_id()]
    assert everything(numbered) == before
    assert keys.school_decrypt(school.public_id, sealed, bound_to="entry:1") == b"sealed"
    assert selectors.seed_of(Authenticator.objects.get(pk=app.pk)) == "SEED"
    assert Student.objects.get(phone=PHONE).pk == numbered.pk
    assert set(AuditEvent.objects.filter(event__startswith="keys.").values_list("event", flat=True)) == {
        "keys.rotated",
        "keys.retired",
    }


@pytest.mark.django_db(transaction=True)
def test_a_rotation_that_stopped_goes_on_without_another_key(ring, numbered):
    keyring.add_key(ring)
    next(rotation.renew_all("owner"))  # and then the power failed
    assert rotation.values_behind("owner")

    call_command("rotate_keys")

    assert rotation.values_behind("owner") == 0
    assert len(keyring.read(ring).keys) == 2


@pytest.mark.django_db(transaction=True)
def test_a_key_that_something_needs_is_not_retired(ring, numbered):
    keyring.add_key(ring)

    call_command("rotate_keys", "--retire")

    assert len(keyring.read(ring).keys) == 2


@pytest.mark.django_db(transaction=True)
def test_a_dump_of_the_database_holds_no_clear_number(numbered):
    owner = connections["owner"].settings_dict
    command = [str(binaries() / "pg_dump"), "--inserts", embedded.dsn(embedded.ADMIN_ROLE, owner["NAME"])]

    dump = subprocess.run(command, capture_output=True, check=True).stdout

    assert str(numbered.public_id).encode() in dump
    assert [
        number for number in CLEAR if number.encode() in dump or number.encode().hex().encode() in dump
    ] == []


# --- the column ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_number_is_found_whole_and_by_nothing_else(numbered, other_student):
    assert Student.objects.get(identity_number=IDENTITY) == numbered
    assert list(Student.objects.filter(phone__in=[PHONE, "1"])) == [numbered]
    assert list(Student.objects.filter(phone__isnull=True)) == [other_student]
    assert list(Student.objects.exclude(phone=PHONE)) == [other_student]
    assert list(Student.objects.filter(phone__in=[])) == []


@pytest.mark.django_db
@pytest.mark.parametrize("lookup", ["startswith", "contains", "gt", "regex", "iexact", "length"])
def test_other_lookups_are_refused(lookup):
    with pytest.raises(FieldError, match="encrypted"):
        Student.objects.filter(**{f"phone__{lookup}": "138"}).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("wanted", [{"phone": ""}, {"phone__in": [PHONE, ""]}, {"phone": F("address")}])
def test_a_number_is_compared_with_texts_only_and_emptiness_is_asked_by_isnull(wanted):
    with pytest.raises(FieldError, match="encrypted"):
        Student.objects.filter(**wanted).exists()


@pytest.mark.django_db
def test_an_encrypted_column_without_an_index_is_not_searched():
    with pytest.raises(FieldError, match="encrypted"):
        RosterImport.objects.filter(content=b"x").exists()


@pytest.mark.django_db
def test_a_number_is_unique_in_its_school_however_it_is_written(numbered, other_student, foreign_student):
    foreign_student.identity_number = IDENTITY
    foreign_student.save()

    other_student.identity_number = IDENTITY
    with pytest.raises(IntegrityError, match="students_identity_number"), transaction.atomic():
        other_student.save()
    with pytest.raises(IntegrityError, match="students_identity_number"), transaction.atomic():
        Student.objects.filter(pk=other_student.pk).update(identity_number=IDENTITY)


@pytest.mark.django_db
def test_writing_a_number_again_changes_nothing(numbered):
    def stored():
        with connection.cursor() as cursor:
            cursor.execute("SELECT phone FROM students_student WHERE id = %s", [numbered.pk])
            return bytes(cursor.fetchone()[0])

    before = stored()
    numbered.save()

    assert stored() == before


@pytest.mark.django_db
def test_a_number_copied_to_another_column_or_with_another_index_does_not_open(numbered):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE students_student SET identity_number = phone WHERE id = %s", [numbered.pk])

    with pytest.raises(keys.Damaged):
        Student.objects.get(pk=numbered.pk)
