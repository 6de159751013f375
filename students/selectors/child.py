"""What the child page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import Perm
from schools.access import Reason
from students import access, registry
from students.models import EmergencyAccess, Enrolment, GuardianLink, Student
from students.registry import Entry, Position, Source
from students.selectors import emergencies, phones


@dataclass(frozen=True)
class ChildPage:
    """Everything on the page but the chronology's later pages."""

    student: Student
    school_class: str
    facts: list[Any]
    tags: list[dict[str, str]]
    guardians: list[GuardianLink]
    shows_contacts: bool
    shows_home: bool
    health: str
    emergencies: list[EmergencyAccess]
    may_break_glass: bool
    identity: list[tuple[str, str]]
    actions: list[dict[str, Any]]
    may_edit: bool
    may_pair: bool
    reason: Reason | None


def child_page(user: User, student: Student, *, now: datetime) -> ChildPage:
    """The header, the people around the child and what this person may do here."""
    today = timezone.localdate(now)
    enrolment = next((one for one in _enrolments(student) if one.holds(today)), None)
    label = enrolment.school_class.label if enrolment else _("Not enrolled now")

    def has(perm: Perm) -> bool:
        return access.reason_for(user, student, perm, on=today) is not None

    shows_contacts, shows_home = has(Perm.STUDENT_CONTACT), has(Perm.STUDENT_HOME)
    guardians = guardians_of(student, on=today) if shows_contacts or shows_home else []
    return ChildPage(
        student=student,
        school_class=label,
        facts=[
            label,
            *(_at_home(guardians) if shows_home else []),
            *registry.header_facts(user, student, now=now),
        ],
        tags=_tags(student),
        guardians=guardians,
        shows_contacts=shows_contacts,
        shows_home=shows_home,
        health=_health(student) if has(Perm.STUDENT_HEALTH) else "",
        emergencies=emergencies.on_record(user, student, now=now),
        may_break_glass=access.may_break_glass(user, student, on=today),
        identity=_identity(user, student, now),
        actions=registry.actions(user, student, now=now),
        may_edit=has(Perm.STUDENT_EDIT),
        may_pair=has(Perm.MEMBER_INVITE),
        reason=access.reason_for(user, student, Perm.STUDENT_VIEW, on=today),
    )


def guardians_of(student: Student, *, on: date) -> list[GuardianLink]:
    """The adults around a pupil with their `numbers`, in the order in which they are called."""
    return phones.with_numbers(student.guardian_links.select_related("person"), on=on)


def _enrolments(student: Student) -> list[Enrolment]:
    """All of a pupil's, read once for the header and the chronology."""
    related = Prefetch("enrolments", Enrolment.objects.select_related("school_class"))
    prefetch_related_objects([student], related)
    return list(student.enrolments.all())


def _health(student: Student) -> str:
    return "" if student.health == Student.Health.NOT_COLLECTED else str(student.get_health_display())


def _at_home(guardians: list[GuardianLink]) -> list[str]:
    """Whoever lives with the child or looks after them; where nobody said, who is called first."""
    possible = [
        link
        for link in guardians
        if not (link.contact_barred or link.person.is_dead or link.lives_with == GuardianLink.Answer.NO)
    ]
    with_child = [
        link for link in possible if link.is_delegated_carer or link.lives_with == GuardianLink.Answer.YES
    ]
    return [f"{link.get_relation_display()} {link.person.name}" for link in (with_child or possible)[:1]]


def _tags(student: Student) -> list[dict[str, str]]:
    if student.boarding != Student.Boarding.BOARDER:
        return []
    return [{"letter": _("B"), "title": _("Boarder"), "colour": "indigo"}]


def _identity(user: User, student: Student, now: datetime) -> list[tuple[str, str]]:
    """The numbers for whoever keeps the roster; to the others not a sign of them.

    Six digits of an identity number are the county and eight the birth date on this page: with the last four
    it would be whole (GB 11643).
    """
    if not access.reason_for(user, student, Perm.STUDENT_IDENTITY, on=timezone.localdate(now)):
        return []
    numbers = [
        (_("National school number"), student.national_number),
        (_("Identity number"), student.identity_number),
    ]
    return [(label, number) for label, number in numbers if number]


def enrolment_entries(
    user: User, student: Student, now: datetime, before: Position | None, limit: int
) -> list[Entry]:
    """Joining and leaving classes, for the chronology. A child has a handful, so they're cut here."""
    entries = []
    for enrolment in _enrolments(student):
        label = enrolment.school_class.label
        entries.append(_entry(enrolment.pk * 2, enrolment.started_on, _("Joined %s") % label))
        if enrolment.ended_on is not None:
            entries.append(_entry(enrolment.pk * 2 + 1, enrolment.ended_on, _("Left %s") % label))
    newest = sorted(entries, key=lambda entry: entry.position.key, reverse=True)
    if before is not None:
        newest = [entry for entry in newest if entry.position.key < before.key]
    return newest[:limit]


def _entry(pk: int, day: Any, title: str) -> Entry:
    at = timezone.make_aware(datetime.combine(day, time.min))
    return Entry(
        Position(at, "enrolment", pk),
        "enrolment",
        "students/_entry_enrolment.html",
        "students/_print_enrolment.html",
        {"title": title, "day": day},
    )


ENROLMENT_SOURCE = Source("enrolment", gettext_lazy("School"), enrolment_entries)
