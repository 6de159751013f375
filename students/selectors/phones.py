"""Which numbers of a pupil's people may be called, and in which order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q

from students.models import GuardianLink, PhoneNumber, Student


@dataclass(frozen=True, slots=True)
class Callable:
    """A number that may be called for a pupil, and whose it is."""

    student_id: int
    person_id: int
    phone_id: int
    number: str
    label: str
    name: str
    relation: str
    priority: int
    last_worked_on: date | None


def callable_numbers(student: Student, *, on: date) -> list[Callable]:
    """The numbers that may be called for a pupil on a day, whoever is to be called first first.

    Only confirmed ones that haven't ended, never of a person who is barred from this child or has died. Of
    one person's numbers the one that worked last comes first. One query.
    """
    return callable_numbers_of([student.pk], on=on).get(student.pk, [])


def callable_numbers_of(student_ids: Iterable[int], *, on: date) -> dict[int, list[Callable]]:
    """The same for many pupils, in one query; who has no such number isn't in it."""
    lasting = Q(person__numbers__ended_on=None) | Q(person__numbers__ended_on__gt=on)
    links = (
        GuardianLink.objects.filter(
            lasting,
            student_id__in=list(student_ids),
            contact_barred=False,
            person__is_dead=False,
            person__numbers__confirmed_on__lte=on,
        )
        .order_by(
            "student_id",
            "priority",
            "pk",
            F("person__numbers__last_worked_on").desc(nulls_last=True),
            "person__numbers__pk",
        )
        .values_list(
            *("student_id", "person_id", "person__numbers__pk", "person__numbers__number"),
            *("person__numbers__label", "person__name", "relation", "priority"),
            "person__numbers__last_worked_on",
        )
    )
    found: dict[int, list[Callable]] = {}
    for row in links:
        found.setdefault(row[0], []).append(Callable(*row))
    return found


def with_numbers(links: Iterable[GuardianLink], *, on: date) -> list[GuardianLink]:
    """The links, each with `numbers`: the telephone numbers to show of its person today, in one query.

    None of somebody who is barred from the child or has died: nobody is to ring them from a list. Those in
    use, the confirmed first; where no number was ever written down, the one that the roster gave.
    """
    found = list(links)
    known = numbers_of(link.person_id for link in found)
    for link in found:
        link.numbers = _to_show(link, known.get(link.person_id), on)  # type: ignore[attr-defined]
    return found


def _to_show(link: GuardianLink, known: list[PhoneNumber] | None, on: date) -> list[PhoneNumber]:
    if link.contact_barred or link.person.is_dead:
        return []
    if known is None:
        return [PhoneNumber(person=link.person, number=link.person.phone)] if link.person.phone else []
    used = [one for one in known if one.ended_on is None or one.ended_on > on]
    return sorted(used, key=lambda one: one.confirmed_on is None)


def numbers_of(person_ids: Iterable[int]) -> dict[int, list[PhoneNumber]]:
    """All numbers of these people: those in use first, then as they were written down."""
    rows = PhoneNumber.objects.filter(person_id__in=list(person_ids)).select_related("confirmed_by")
    found: dict[int, list[PhoneNumber]] = {}
    for one in rows.order_by(F("ended_on").desc(nulls_first=True), "pk"):
        found.setdefault(one.person_id, []).append(one)
    return found
