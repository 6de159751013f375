"""Keeping what the finder looks up in step with names and numbers."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from core import bulk
from students import finder_keys, sleeping
from students.models import FinderKey, GuardianLink, Person, PhoneNumber, Student

_BATCH = 2_000


@transaction.atomic
def refresh_keys(student_ids: Iterable[int]) -> int:
    """Write the keys of these pupils anew; returns how many keys. Call after a change of name, number or bed.

    Telephone numbers are the pupil's own and those of the adults around them; ended ones too, since it
    is from them that somebody may call back.
    """
    ids = list(student_ids)
    FinderKey.objects.filter(student_id__in=ids).delete()
    phones = _phones_around(ids)
    beds = sleeping.bed_codes(ids)
    keys = (
        (student.school_id, student.pk, kind, key)
        for student in Student.objects.filter(pk__in=ids).iterator(chunk_size=_BATCH)
        for kind, key in _keys(student, phones.get(student.pk, set()), beds.get(student.pk, []))
    )
    return bulk.insert_rows(FinderKey, ["school_id", "student_id", "kind", "key"], keys)


def _phones_around(student_ids: list[int]) -> dict[int, set[str]]:
    """Each pupil's adults' numbers.

    Three plain looks by key, joined here: of rows written a moment ago, as an import's are, PostgreSQL
    has no statistics, and loops through them when it joins (20,000 pupils: minutes).
    """
    links = list(
        GuardianLink.objects.filter(student_id__in=student_ids).values_list("student_id", "person_id")
    )
    people = {person for _student, person in links}
    numbers: dict[int, set[str]] = {}
    for known in (
        Person.objects.filter(pk__in=people, phone__isnull=False).values_list("pk", "phone"),
        PhoneNumber.objects.filter(person_id__in=people).values_list("person_id", "number"),
    ):
        for person, number in known:
            numbers.setdefault(person, set()).add(number)
    phones: dict[int, set[str]] = {}
    for student, person in links:
        phones.setdefault(student, set()).update(numbers.get(person, ()))
    return phones


def _keys(student: Student, phones: set[str], beds: list[str]) -> list[tuple[str, str]]:
    return finder_keys.keys_of(
        school_id=student.school_id,
        names=[student.name, student.former_name],
        numbers=[student.school_number],
        identities=[student.national_number, student.identity_number],
        phones=[student.phone, *phones],
        beds=beds,
    )
