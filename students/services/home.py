"""The adults around a pupil: who they are to the child, what they may, whether they can be guardians."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, ProtectedError
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from students.models import GuardianCapacity, GuardianLink, Person, PhoneNumber, Student
from students.services import finder, phones
from students.services.refusals import CannotChangeError

LINK_FIELDS = (
    *("relation", "is_guardian", "is_delegated_carer", "lives_with", "may_collect", "contact_barred"),
    "priority",
)
PERSON_FIELDS = ("name", "email", "address", "employer", "absences_known_from", "is_dead", "died_on")


@dataclass(frozen=True)
class Capacity:
    """What was said about a person's being able to be a guardian, and on which day."""

    answer: str
    assessed_on: date | None


@transaction.atomic
def add_adult(
    *, student: Student, name: str, relation: str, number: str, by: User, on: date, **link: Any
) -> GuardianLink:
    """An adult around a pupil, called after those who are there already.

    Somebody of the school with this name and this number is the same person, as with brothers and sisters.
    Raises CannotChangeError where they stand on the page already.
    """
    locked = Student.objects.select_for_update().get(pk=student.pk)
    person = _same_person(locked, name, number)
    if person is None:
        person = Person.objects.create(school_id=locked.school_id, name=name, phone=number)
        phones.bring_in([person])
    if GuardianLink.objects.filter(student=locked, person=person).exists():
        raise CannotChangeError(_("This person is on the page already."))
    last = GuardianLink.objects.filter(student=locked).aggregate(last=Max("priority"))["last"] or 0
    made = GuardianLink.objects.create(
        school_id=locked.school_id,
        student=locked,
        person=person,
        relation=relation,
        priority=last + 1,
        **link,
    )
    finder.refresh_keys([locked.pk])
    audit.record("guardian.added", by=by, target=person, subject=locked)
    return made


def _same_person(student: Student, name: str, number: str) -> Person | None:
    if not number:
        return None
    held = PhoneNumber.objects.filter(school_id=student.school_id, number=number)
    return (
        Person.objects.filter(pk__in=held.values("person_id"), name=name, is_dead=False)
        .order_by("pk")
        .first()
    )


@transaction.atomic
def change_adult(*, link: GuardianLink, capacity: Capacity, by: User, on: date, **facts: Any) -> GuardianLink:
    """Bring what is known of an adult and of the link up to what was typed; only what differs is written.

    `facts` are LINK_FIELDS and PERSON_FIELDS. What is said of the person holds for brothers and sisters too.
    Barring somebody, and lifting it, are events of their own. Raises TypeError for any other field.
    """
    if unknown := facts.keys() - {*LINK_FIELDS, *PERSON_FIELDS}:
        raise TypeError(f"Nothing of a home: {', '.join(sorted(unknown))}.")
    person = Person.objects.select_for_update().get(pk=link.person_id)
    locked = GuardianLink.objects.select_for_update().get(pk=link.pk)
    was_barred = locked.contact_barred
    changed = _assign(person, facts, PERSON_FIELDS) + _assign(locked, facts, LINK_FIELDS)
    changed += _assess(person, capacity)
    if locked.contact_barred != was_barred:
        event = "guardian.barred" if locked.contact_barred else "guardian.unbarred"
        audit.record(event, by=by, target=person, subject=link.student)
    if changed:
        audit.record(
            "guardian.changed", by=by, target=person, subject=link.student, fields=changed, on=on.isoformat()
        )
    return locked


@transaction.atomic
def remove_adult(*, link: GuardianLink, by: User, on: date) -> None:
    """Take somebody off a pupil's page who was written down there by mistake.

    The person goes too, with numbers, hours and times away, unless a brother or sister, a call or another
    record needs them; the database's own trail keeps what stood there. Raises CannotChangeError where contact
    is barred (a bar must not vanish), and where an arrangement of care or a leave names the person.
    """
    student = Student.objects.select_for_update().get(pk=link.student_id)
    person = Person.objects.select_for_update().get(pk=link.person_id)
    locked = GuardianLink.objects.select_for_update().get(pk=link.pk)
    if locked.contact_barred:
        raise CannotChangeError(_("Contact is barred: lift the bar first, or leave this person here."))
    if student.care_arrangements.filter(carer=person).exists():
        raise CannotChangeError(
            _("This person is written down as looking after the child; correct that first.")
        )
    try:
        with transaction.atomic():
            locked.delete()
    except (ProtectedError, IntegrityError):
        refusal = _(
            "A leave names this person as who collects the child, so they stay. Say that they may not."
        )
        raise CannotChangeError(refusal) from None
    audit.record("guardian.removed", by=by, target=person, subject=student, on=on.isoformat())
    _forget(person)
    finder.refresh_keys([student.pk])


def _forget(person: Person) -> None:
    """Nothing is kept of somebody whom no record needs: all of it or nothing."""
    if person.guardian_links.exists():
        return
    try:
        with transaction.atomic():
            for rows in (person.numbers, person.episodes, person.windows, person.capacities):
                rows.all().delete()
            person.delete()
    except (ProtectedError, IntegrityError):
        return


def _assign(row: Person | GuardianLink, facts: dict[str, Any], names: tuple[str, ...]) -> list[str]:
    changed = [name for name in names if name in facts and getattr(row, name) != facts[name]]
    for name in changed:
        setattr(row, name, facts[name])
    if changed:
        row.save(update_fields=changed)
    return changed


def _assess(person: Person, said: Capacity) -> list[str]:
    """A new assessment, or another answer for a day that had one; the same again is no change."""
    if said.assessed_on is None:
        return []
    found = GuardianCapacity.objects.filter(person=person, assessed_on=said.assessed_on).first()
    if found is not None and found.has_capacity == said.answer:
        return []
    GuardianCapacity.objects.update_or_create(
        person=person,
        assessed_on=said.assessed_on,
        defaults={"has_capacity": said.answer, "school_id": person.school_id},
    )
    return ["has_capacity"]
