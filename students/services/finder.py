"""Keeping what the finder looks up in step with names and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import transaction

from students import names
from students.models import FinderKey, GuardianLink, Student

_BATCH = 2_000


@transaction.atomic
def refresh_keys(student_ids: Iterable[int]) -> int:
    """Write the keys of these pupils anew; returns how many keys. Call after any change of a name or number.

    Telephone numbers are the pupil's own and those of the adults around them.
    """
    ids = list(student_ids)
    FinderKey.objects.filter(student_id__in=ids).delete()
    phones: dict[int, set[str]] = {}
    links = GuardianLink.objects.filter(student_id__in=ids).exclude(person__phone="")
    for student_id, phone in links.values_list("student_id", "person__phone"):
        phones.setdefault(student_id, set()).add(phone)
    keys = (
        FinderKey(school_id=student.school_id, student_id=student.pk, kind=kind, key=key)
        for student in Student.objects.filter(pk__in=ids).iterator(chunk_size=_BATCH)
        for kind, key in _keys(student, phones.get(student.pk, set()))
    )
    written = 0
    while batch := list(islice(keys, _BATCH)):
        FinderKey.objects.bulk_create(batch)
        written += len(batch)
    return written


def _keys(student: Student, phones: set[str]) -> Iterator[tuple[str, str]]:
    kinds = FinderKey.Kind
    found: set[tuple[str, str]] = set()
    for name in filter(None, [student.name, student.former_name]):
        reading = names.read(name)
        found |= {(kinds.NAME, key) for key in reading.names}
        found |= {(kinds.PINYIN, key) for key in reading.pinyin}
        found |= {(kinds.INITIALS, key) for key in reading.initials}
    for number in filter(None, [student.national_number, student.identity_number, student.school_number]):
        found.add((kinds.NUMBER, number.lower()))
    for phone in {student.phone, *phones} - {""}:
        digits = "".join(character for character in phone if character.isdigit())
        found |= {(kinds.PHONE, key) for key in (digits, digits[-4:]) if len(key) >= 4}
    yield from sorted((kind, key[:200]) for kind, key in found)
