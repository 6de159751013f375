"""What the database can't work out of the pattern's rows for a copy: names, blind indexes, sealed words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from psycopg2 import extensions

from accounts.models import User
from counselling import sealing
from demo import names
from schools.models import School
from students import finder_keys
from students import names as name_reading
from students.models import GuardianLink, Person, Student

_STEP = 7  # prime to the number of surnames, so that it comes round late


class Pupil(NamedTuple):
    id: int
    name: str
    identities: list[str]
    phones: list[str]


@dataclass(frozen=True)
class Pattern:
    """The school that is copied, with what was read of it once."""

    school_id: int
    pupils: list[Pupil]
    grown_ups: set[str]
    sealed_texts: list[dict[str, Any]]
    sealed_notes: list[dict[str, Any]]

    def names_of(self, k: int) -> Iterator[tuple[str, str, str]]:
        """(name, name in copy k, its pinyin) of everybody; a family has one surname there too."""
        children = {pupil.name for pupil in self.pupils}
        for name in children | self.grown_ups:
            new = renamed(name, k)
            yield name, new, name_reading.display(new) if name in children else ""

    def keys_of(self, k: int, school_id: int) -> tuple[list[int], list[str], list[str]]:
        """The finder's keys of copy k that depend on name or school: whose (in the pattern), kind, key."""
        pupils: list[int] = []
        kinds: list[str] = []
        found: list[str] = []
        for pupil in self.pupils:
            numbers = finder_keys.keys_of(
                school_id=school_id, names=[], numbers=[], identities=pupil.identities, phones=pupil.phones
            )
            for kind, key in (*_name_keys(renamed(pupil.name, k)), *numbers):
                pupils.append(pupil.id)
                kinds.append(kind)
                found.append(key)
        return pupils, kinds, found


@lru_cache(maxsize=100_000)
def renamed(name: str, k: int) -> str:
    """The name with the surname that takes its place in copy k; a clan's name stays."""
    length = 2 if name[:2] in _PLACE else 1
    place = _PLACE.get(name[:length])
    if place is None:
        return name
    return names.SURNAMES[(place + _STEP * k) % len(names.SURNAMES)] + name[length:]


_PLACE = {surname: place for place, surname in enumerate(names.SURNAMES)}


@lru_cache(maxsize=100_000)
def _name_keys(name: str) -> list[tuple[str, str]]:
    return finder_keys.keys_of(school_id=0, names=[name], numbers=[], identities=[], phones=[])


def pattern_of(school: School, admin: extensions.connection) -> Pattern:
    """Read what copies need. In a program's scope; sealed rows, which that scope doesn't see, by `admin`."""
    phones: dict[int, list[str]] = defaultdict(list)
    adults = {person.pk: person for person in Person.objects.filter(school=school).only("name", "phone")}
    links = GuardianLink.objects.filter(school=school).order_by("student_id", "priority")
    for student_id, person_id in links.values_list("student_id", "person_id"):
        phones[student_id].append(adults[person_id].phone)
    pupils = [
        Pupil(one.pk, one.name, [one.national_number, one.identity_number], [one.phone, *phones[one.pk]])
        for one in Student.objects.filter(school=school).order_by("pk")
    ]
    staff = set(User.objects.values_list("name", flat=True))
    texts, notes = _sealed(school.pk, school.public_id, admin)
    return Pattern(school.pk, pupils, {one.name for one in adults.values()} | staff, texts, notes)


def _sealed(
    school_id: int, public_id: UUID, admin: extensions.connection
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    with admin, closing(admin.cursor()) as cursor:
        cursor.execute(
            "SELECT session.public_id, text.number, text.sealed FROM counselling_sessiontext AS text"
            " JOIN counselling_session AS session ON session.id = text.session_id"
            " WHERE text.school_id = %s AND text.sealed IS NOT NULL ORDER BY text.id",
            [school_id],
        )
        texts = [
            sealing.unseal(public_id, sealing.text_place(place, number), sealed)
            for place, number, sealed in cursor.fetchall()
        ]
        cursor.execute(
            "SELECT public_id, sealed FROM counselling_followup"
            " WHERE school_id = %s AND sealed IS NOT NULL ORDER BY id",
            [school_id],
        )
        notes = [
            sealing.unseal(public_id, sealing.note_place(place), sealed)
            for place, sealed in cursor.fetchall()
        ]
    return texts, notes
