"""A pupil's home as the page and programs show it: the people around the child with what is known of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from django.db import models
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Perm
from students import access
from students.models import (
    CareArrangement,
    GuardianCapacity,
    GuardianLink,
    MigrationEpisode,
    Person,
    PhoneNumber,
    ReachableWindow,
    Student,
)
from students.selectors import home_words, left_behind, notices, phones

_OfPerson = TypeVar("_OfPerson", MigrationEpisode, ReachableWindow, GuardianCapacity)


@dataclass
class Adult:
    """A person around the child. `away` is the absence of today, if there is one."""

    link: GuardianLink
    numbers: list[PhoneNumber] = field(default_factory=list)
    absences: list[MigrationEpisode] = field(default_factory=list)
    windows: list[ReachableWindow] = field(default_factory=list)
    capacity: GuardianCapacity | None = None
    away: MigrationEpisode | None = None
    whereabouts: str = ""


@dataclass(frozen=True)
class Home:
    """Everything on the page of a pupil's home."""

    student: Student
    adults: list[Adult]
    care: list[CareArrangement]
    notices_missing: set[int]  # keys of the arrangements whose written notice should be there by now
    counted: list[home_words.Counted]
    may_edit: bool


def home_page(user: User, student: Student, *, now: datetime) -> Home:
    """For somebody who may see the home. A fixed number of queries, however many people there are."""
    on = timezone.localdate(now)
    care = list(student.care_arrangements.select_related("carer"))
    status = left_behind.statuses([student.pk], on)[student.pk]
    return Home(
        student=student,
        adults=_adults(student, on),
        care=care,
        notices_missing={one.pk for one in care if notices.is_missing(one, on=on)},
        counted=home_words.counted(status),
        may_edit=access.reason_for(user, student, Perm.HOME_EDIT, on=on) is not None,
    )


def links_of(student: Student) -> list[GuardianLink]:
    """The adults around a pupil, in the order in which they are called."""
    return list(student.guardian_links.select_related("person"))


def capacity_of(person: Person) -> GuardianCapacity | None:
    """What was said last about this person's being able to be a guardian."""
    return person.capacities.order_by("-assessed_on").first()


def _adults(student: Student, on: date) -> list[Adult]:
    links = links_of(student)
    ids = [link.person_id for link in links]
    numbers = phones.numbers_of(ids)
    absences = _by_person(MigrationEpisode, ids, "-started_on")
    lasting = models.Q(ended_on=None) | models.Q(ended_on__gte=on)
    windows = _by_person(ReachableWindow, ids, "weekday", "starts_at", "pk", only=lasting)
    capacities = _by_person(GuardianCapacity, ids, "-assessed_on")
    found = []
    for link in links:
        pk = link.person_id
        own = absences.get(pk, [])
        away = next((one for one in own if _covers(one, on)), None)
        found.append(
            Adult(
                link,
                numbers.get(pk, []),
                own,
                windows.get(pk, []),
                next(iter(capacities.get(pk, [])), None),
                away,
                _whereabouts(link.person, own, away, on),
            )
        )
    return found


def _by_person(
    model: type[_OfPerson], ids: list[int], *order: str, only: models.Q | None = None
) -> dict[int, list[_OfPerson]]:
    rows: dict[int, list[_OfPerson]] = {}
    for one in model._default_manager.filter(only or models.Q(), person_id__in=ids).order_by(*order):
        rows.setdefault(one.person_id, []).append(one)
    return rows


def _covers(absence: MigrationEpisode, on: date) -> bool:
    return absence.started_on <= on and (absence.ended_on is None or on <= absence.ended_on)


def _whereabouts(
    person: Person, absences: list[MigrationEpisode], away: MigrationEpisode | None, on: date
) -> str:
    """Where somebody is today: a key of home_words.WHEREABOUTS. Without a word on it, "not collected"."""
    if person.is_dead:
        return "dead"
    if away is not None:
        return "away"
    known = [one.started_on for one in absences]
    known += [person.absences_known_from] if person.absences_known_from else []
    return "home" if known and min(known) <= on else "not_collected"
