"""Keeping what the finder looks up in step with names and numbers."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from core import bulk
from students import finder_keys, sleeping
from students.models import FinderKey, GuardianLink, Student

_BATCH = 2_000


@transaction.atomic
def refresh_keys(student_ids: Iterable[int]) -> int:
    """Write the keys of these pupils anew; returns how many keys. Call after a change of name, number or bed.

    Telephone numbers are the pupil's own and those of the adults around them; ended ones too, since it
    is from them that somebody may call back.
    """
    ids = list(student_ids)
    FinderKey.objects.filter(student_id__in=ids).delete()
    phones: dict[int, set[str]] = {}
    links = GuardianLink.objects.filter(student_id__in=ids)
    for column in ("person__phone", "person__numbers__number"):
        known = links.filter(**{f"{column}__isnull": False}).values_list("student_id", column)
        for student_id, phone in known:
            phones.setdefault(student_id, set()).add(phone)
    beds = sleeping.bed_codes(ids)
    keys = (
        (student.school_id, student.pk, kind, key)
        for student in Student.objects.filter(pk__in=ids).iterator(chunk_size=_BATCH)
        for kind, key in _keys(student, phones.get(student.pk, set()), beds.get(student.pk, []))
    )
    return bulk.insert_rows(FinderKey, ["school_id", "student_id", "kind", "key"], keys)


def _keys(student: Student, phones: set[str], beds: list[str]) -> list[tuple[str, str]]:
    return finder_keys.keys_of(
        school_id=student.school_id,
        names=[student.name, student.former_name],
        numbers=[student.school_number],
        identities=[student.national_number, student.identity_number],
        phones=[student.phone, *phones],
        beds=beds,
    )
