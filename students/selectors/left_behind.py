"""Who counts as left behind on a day, for many pupils in a fixed number of queries.

The rules are in students.left_behind; here their facts are fetched.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from students.left_behind.definitions import Status
from students.left_behind.definitions import statuses as decide
from students.left_behind.facts import Absence, Answer, Facts, Hukou, Parent, Why
from students.models import Enrolment, GuardianCapacity, GuardianLink, MigrationEpisode, Student

_Parents = dict[int, dict[str, int]]


def statuses(student_ids: Iterable[int], on: date) -> dict[int, dict[str, Status]]:
    """For each pupil the status under every definition, by its key. Five queries, however many pupils.

    The district's counts call it with a school's pupils at a time.
    """
    return {student_id: decide(facts, on) for student_id, facts in facts_of(student_ids).items()}


def facts_of(student_ids: Iterable[int]) -> dict[int, Facts]:
    """What is known of these pupils and their parents, on every day. Five queries.

    Of several fathers or mothers on the record the legal guardian counts, then whoever is called first.
    """
    ids = list(student_ids)
    parents, people = _parents_of(ids)
    built = _people(people)
    stays = _schooling(ids)
    return {
        pk: Facts(
            born_on,
            Hukou(hukou),
            built.get(parents.get(pk, {}).get("father", 0)),
            built.get(parents.get(pk, {}).get("mother", 0)),
            tuple(stays.get(pk, ())),
        )
        for pk, born_on, hukou in Student.objects.filter(pk__in=ids).values_list("pk", "born_on", "hukou")
    }


def _parents_of(ids: list[int]) -> tuple[_Parents, dict[int, tuple[Any, ...]]]:
    """Each pupil's father and mother by their ids, and what stands on those people themselves."""
    relations = [GuardianLink.Relation.FATHER, GuardianLink.Relation.MOTHER]
    links = GuardianLink.objects.filter(student_id__in=ids, relation__in=relations)
    parents: _Parents = {}
    people: dict[int, tuple[Any, ...]] = {}
    fields = ("student_id", "relation", "person_id", "person__absences_known_from", "person__is_dead")
    for student_id, relation, person_id, *own in links.order_by("-is_guardian", "priority", "pk").values_list(
        *fields, "person__died_on"
    ):
        parents.setdefault(student_id, {}).setdefault(relation, person_id)
        people[person_id] = tuple(own)
    return parents, people


def _people(people: dict[int, tuple[Any, ...]]) -> dict[int, Parent]:
    absences: dict[int, list[Absence]] = {}
    away = MigrationEpisode.objects.filter(person_id__in=list(people)).order_by("started_on")
    for person_id, first, last, why in away.values_list("person_id", "started_on", "ended_on", "reason"):
        absences.setdefault(person_id, []).append(Absence(first, last, Why(why)))
    able: dict[int, list[tuple[date, Answer]]] = {}
    assessed = GuardianCapacity.objects.filter(person_id__in=list(people)).order_by("assessed_on")
    for person_id, day, answer in assessed.values_list("person_id", "assessed_on", "has_capacity"):
        able.setdefault(person_id, []).append((day, Answer(answer)))
    return {
        pk: Parent(tuple(absences.get(pk, ())), known_from, tuple(able.get(pk, ())), is_dead, died_on)
        for pk, (known_from, is_dead, died_on) in people.items()
    }


def _schooling(ids: list[int]) -> dict[int, list[tuple[date, date | None]]]:
    """The stays in classes: every class is of grade 1 to 9 (schools_class_grade)."""
    stays: dict[int, list[tuple[date, date | None]]] = {}
    rows = Enrolment.objects.filter(student_id__in=ids).order_by("started_on")
    for student_id, first, last in rows.values_list("student_id", "started_on", "ended_on"):
        stays.setdefault(student_id, []).append((first, last))
    return stays
