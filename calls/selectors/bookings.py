"""What the forms of a single call offer: whom, when, on which telephone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import User
from accounts.permissions import Perm
from calls import access
from calls.models import Call, Phone
from calls.selectors import places
from calls.selectors.setup import phones_in_use
from students.models import GuardianLink, PhoneNumber, Student
from students.selectors import phones


@dataclass(frozen=True)
class Person:
    """Somebody who may be called. `who` is the place in the order, `ending` the number's last digits."""

    who: int
    name: str
    relation: str
    ending: str
    current: bool


@dataclass(frozen=True)
class Choice:
    """Without `number` nobody at home may be called."""

    people: list[Person]
    number: PhoneNumber | None
    places: list[places.Place]
    phones: list[Phone]


def booking(student: Student, *, who: str, on: date, now: datetime) -> Choice:
    """The numbers of a pupil in the order of calling, and free places for the chosen one (the first)."""
    found = phones.callable_numbers(student, on=on)
    if not found:
        return Choice([], None, [], [])
    chosen = int(who) if who.isascii() and who.isdigit() and len(who) < 4 and int(who) < len(found) else 0
    relations = dict(GuardianLink.Relation.choices)
    people = [
        Person(place, one.name, str(relations.get(one.relation, "")), one.number[-4:], place == chosen)
        for place, one in enumerate(found)
    ]
    free = places.free_places(
        school_id=student.school_id, student_ids=[student.pk], person_id=found[chosen].person_id, after=now
    )
    number = PhoneNumber.objects.get(pk=found[chosen].phone_id)
    return Choice(people, number, free, phones_in_use(student.school))


def moving(call: Call, *, now: datetime) -> Choice:
    """Free places for a call that is to be moved; its own place doesn't hold anybody back."""
    pupils = list(call.pupils.values_list("student_id", flat=True))
    free = places.free_places(
        school_id=call.school_id, student_ids=pupils, person_id=call.person_id, after=now, moved=call
    )
    return Choice([], call.number, free, phones_in_use(call.school))


def known_pupils_of(call: Call, *, user: User, on: date) -> list[Student]:
    """The pupils of a call whom this person may know."""
    ids = list(call.pupils.order_by("pk").values_list("student_id", flat=True))
    known = access.known_pupils(user, ids, Perm.CALL_VIEW, on=on)
    return [known[one] for one in ids if one in known]
