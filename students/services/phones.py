"""The telephone numbers of people: adding, confirming, noting that one worked or is nobody's any more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from students.models import Person, PhoneNumber, Student
from students.services import finder
from students.services.refusals import CannotChangeError

_BATCH = 1_000


@transaction.atomic
def add_number(
    *, person: Person, number: str, label: str, confirmed: bool, student: Student, by: User, on: date
) -> PhoneNumber:
    """A number of a person; one that had ended is in use again. `student` is whose page it was added on.

    `confirmed` says that the person was reached at it and it is theirs. Raises CannotChangeError where they
    have it already.
    """
    Person.objects.select_for_update().get(pk=person.pk)
    found = PhoneNumber.objects.filter(person=person, number=number).first()
    if found is not None and found.ended_on is None:
        raise CannotChangeError(_("This number is written down already."))
    made = found or PhoneNumber(school_id=person.school_id, person=person, number=number)
    made.label, made.ended_on = label, None
    made.confirmed_on, made.confirmed_by = (on, by) if confirmed else (None, None)
    made.save()
    _refresh(person)
    audit.record("phone.added", by=by, target=made, subject=student, confirmed=confirmed)
    return made


@transaction.atomic
def change_number(
    *,
    phone: PhoneNumber,
    label: str,
    confirmed: bool,
    ended: bool,
    student: Student | None = None,
    by: User,
    on: date,
) -> PhoneNumber:
    """What is known of a number. A confirmation keeps its day; taken back, the number is called no more."""
    locked = PhoneNumber.objects.select_for_update().get(pk=phone.pk)
    locked.label = label
    if confirmed != (locked.confirmed_on is not None):
        locked.confirmed_on, locked.confirmed_by = (on, by) if confirmed else (None, None)
    if ended != (locked.ended_on is not None):
        locked.ended_on = on if ended else None
    locked.save(update_fields=["label", "confirmed_on", "confirmed_by", "ended_on"])
    audit.record("phone.changed", by=by, target=locked, subject=student, confirmed=confirmed, ended=ended)
    return locked


@transaction.atomic
def note_worked(*, phone: PhoneNumber, by: User | None, on: date) -> None:
    """Somebody was reached at this number on a day; an earlier day than the last changes nothing."""
    locked = PhoneNumber.objects.select_for_update().get(pk=phone.pk)
    if locked.last_worked_on is not None and locked.last_worked_on >= on:
        return
    locked.last_worked_on = on
    locked.save(update_fields=["last_worked_on"])
    audit.record("phone.worked", by=by, target=locked)


@transaction.atomic
def end_number(*, phone: PhoneNumber, by: User | None, on: date) -> None:
    """The number is nobody's any more, or somebody else's (wrong number). Ended already, nothing happens."""
    locked = PhoneNumber.objects.select_for_update().get(pk=phone.pk)
    if locked.ended_on is not None:
        return
    locked.ended_on = on
    locked.save(update_fields=["ended_on"])
    audit.record("phone.ended", by=by, target=locked)


def bring_in(people: Iterable[Person]) -> None:
    """A row for the number that each person's record gives, unless there is one; nobody has confirmed it yet.

    For imports and corrections, in their transaction. One that ended stays ended.
    """
    rows = [
        PhoneNumber(school_id=one.school_id, person_id=one.pk, number=one.phone)
        for one in people
        if one.phone
    ]
    PhoneNumber.objects.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)


def _refresh(person: Person) -> None:
    finder.refresh_keys(person.guardian_links.values_list("student_id", flat=True))
