"""Putting judged rows into the register, in bulk. Call it inside one transaction, with the school locked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from django.db.models import Max

from accounts.models import User
from core import audit
from schools.models import School, SchoolClass
from students import names
from students.models import Enrolment, GuardianLink, Person, Student
from students.roster.rows import Member
from students.roster.verdicts import PERSON_FIELDS, Kind, find_member
from students.services import finder, phones
from students.services.roster_plan import Planned, Tick

T = TypeVar("T")
_BATCH = 1_000


@dataclass
class Writer:
    """One import's writes, in the order that the constraints want."""

    school: School
    on: date
    by: User | None
    reference: str
    now: datetime
    _classes: dict[int, SchoolClass] = field(default_factory=dict)

    def write(self, rows: Sequence[Planned], tick: Tick) -> None:
        """Write the rows that are new or updated."""
        new = [row for row in rows if row.verdict.kind is Kind.NEW]
        updated = [row for row in rows if row.verdict.kind is Kind.UPDATED]
        total = 2 * (len(new) + len(updated)) or 1
        self._classes = SchoolClass.objects.filter(school=self.school).select_related("year").in_bulk()
        students = self._create_students(new)
        students |= self._update_students(updated)
        tick(len(students) // 2, total)
        self._enrol(new + updated, students)
        self._link_adults(new + updated, students)
        self._record(new + updated, students)
        ids = [student.pk for student in students.values()]
        for done, batch in enumerate(_batches(ids)):
            tick(total // 2 + done * _BATCH, total)
            finder.refresh_keys(batch)

    # --- pupils -------------------------------------------------------------------------------

    def _create_students(self, rows: Sequence[Planned]) -> dict[int, Student]:
        made = []
        for row in rows:
            student = Student(school=self.school)
            _assign(student, row.pupil.values)
            made.append(student)
        Student.objects.bulk_create(made, batch_size=_BATCH)
        return {row.pupil.row: student for row, student in zip(rows, made, strict=True)}

    def _update_students(self, rows: Sequence[Planned]) -> dict[int, Student]:
        known = {row.pupil.row: row.verdict.known.id for row in rows if row.verdict.known is not None}
        stored = Student.objects.filter(school=self.school).in_bulk(list(known.values()))
        students = {number: stored[pk] for number, pk in known.items()}
        changed = []
        keys: set[str] = set()
        for row in rows:
            mine = {change.key: change.new for change in row.verdict.changes if not change.person}
            mine.pop("class", None)
            if mine:
                _assign(students[row.pupil.row], mine)
                keys |= mine.keys()
                changed.append(students[row.pupil.row])
        if changed:
            if "name" in keys:
                keys.add("pinyin")
            for student in changed:
                student.changed_at = self.now
            _upsert(Student, changed, [*keys, "changed_at"])
        return students

    # --- classes ------------------------------------------------------------------------------

    def _enrol(self, rows: Sequence[Planned], students: dict[int, Student]) -> None:
        movers = [row for row in rows if self._moves(row)]
        ids = [students[row.pupil.row].pk for row in movers if row.verdict.known is not None]
        stays = Enrolment.objects.filter(student_id__in=ids)
        open_now = {
            stay.student_id: stay for stay in stays.filter(ended_on=None).select_related("school_class__year")
        }
        last_end = dict(stays.values_list("student_id").annotate(Max("ended_on")))
        ended, opened = [], []
        for row in movers:
            student = students[row.pupil.row]
            school_class = self._classes[row.verdict.class_id or 0]
            stay = open_now.get(student.pk)
            if stay is not None:
                start = self._move_day(stay, school_class)
                if start <= stay.started_on:
                    stay.school_class = school_class  # placed and moved on one day: a correction
                    ended.append(stay)
                    continue
                stay.ended_on = start - timedelta(days=1)
                ended.append(stay)
            else:
                start = self._first_day(row, school_class, last_end.get(student.pk))
            opened.append(
                Enrolment(school=self.school, student=student, school_class=school_class, started_on=start)
            )
        if ended:
            _upsert(Enrolment, ended, ["school_class", "ended_on"])
        Enrolment.objects.bulk_create(opened, batch_size=_BATCH)

    def _moves(self, row: Planned) -> bool:
        return row.verdict.known is None or row.verdict.known.class_id != row.verdict.class_id

    def _move_day(self, stay: Enrolment, school_class: SchoolClass) -> date:
        """Within a year a pupil moves today; into a new year's class, on its first day."""
        if stay.school_class.year_id == school_class.year_id:
            return self.on
        return min(max(school_class.year.starts_on, stay.started_on + timedelta(days=1)), self.on)

    def _first_day(self, row: Planned, school_class: SchoolClass, last_end: date | None) -> date:
        """Since the month of entry or the start of the year, whichever is later; after any earlier stay."""
        entry = date.fromisoformat(row.pupil.entry_month) if row.pupil.entry_month else self.on
        start = max(school_class.year.starts_on, min(entry, self.on))
        return max(start, last_end + timedelta(days=1)) if last_end else start

    # --- adults -------------------------------------------------------------------------------

    def _link_adults(self, rows: Sequence[Planned], students: dict[int, Student]) -> None:
        people: dict[int, dict[str, str]] = defaultdict(dict)
        links: dict[int, dict[str, Any]] = defaultdict(dict)
        fresh: list[tuple[Student, int, Member]] = []
        for row in rows:
            for priority, member in enumerate(row.pupil.members, start=1):
                linked = find_member(member, row.verdict.known) if row.verdict.known else None
                if linked is None:
                    fresh.append((students[row.pupil.row], priority, member))
                    continue
                for change in row.verdict.changes:
                    if change.person != member.name:
                        continue
                    if change.key in PERSON_FIELDS:
                        people[linked.person_id][change.key] = change.new
                    else:
                        links[linked.link_id][change.key] = _link_value(change.key, change.new)
        self._change(Person, people)
        self._change(GuardianLink, links)
        self._add_adults(fresh)

    def _change(self, model: type[Person] | type[GuardianLink], changes: dict[int, dict[str, Any]]) -> None:
        found = model._default_manager.filter(school=self.school).in_bulk(list(changes))
        keys: set[str] = set()
        for pk, row in found.items():
            for key, value in changes[pk].items():
                setattr(row, key, value)
            keys |= changes[pk].keys()
        if found:
            _upsert(model, list(found.values()), sorted(keys))
        if model is Person and "phone" in keys:
            phones.bring_in(one for pk, one in found.items() if "phone" in changes[pk])  # type: ignore[misc]

    def _add_adults(self, fresh: Sequence[tuple[Student, int, Member]]) -> None:
        """Siblings share a parent only when name, telephone, address and work all agree."""
        shared = self._people_by_details({member.phone for _, _, member in fresh if member.phone})
        made: list[Person] = []
        links: list[GuardianLink] = []
        taken: set[tuple[int, int]] = set()
        for student, priority, member in fresh:
            details = _details(member)
            person = shared.get(details) if member.phone else None
            if person is None or (student.pk, id(person)) in taken:
                person = Person(
                    school=self.school, **dict(zip(("name", *PERSON_FIELDS), details, strict=True))
                )
                made.append(person)
                shared[details] = person
            taken.add((student.pk, id(person)))
            links.append(
                GuardianLink(
                    school=self.school,
                    student=student,
                    person=person,
                    relation=member.relation,
                    is_guardian=bool(member.is_guardian),
                    priority=priority,
                )
            )
        Person.objects.bulk_create(made, batch_size=_BATCH)
        phones.bring_in(made)
        for link in links:
            link.person_id = link.person.pk  # the person had no key yet when the link was made
        GuardianLink.objects.bulk_create(links, batch_size=_BATCH)

    def _people_by_details(self, phones: set[str]) -> dict[tuple[str, ...], Person]:
        people = Person.objects.filter(school=self.school, phone__in=phones).order_by("-pk")
        return {_details(person): person for person in people}

    # --- the trail ----------------------------------------------------------------------------

    def _record(self, rows: Sequence[Planned], students: dict[int, Student]) -> None:
        for kind, event in ((Kind.NEW, "student.created"), (Kind.UPDATED, "student.updated")):
            targets = (
                (students[row.pupil.row], self._details(row)) for row in rows if row.verdict.kind is kind
            )
            audit.record_many(event, by=self.by, targets=targets)

    def _details(self, row: Planned) -> dict[str, Any]:
        fields = sorted({change.key for change in row.verdict.changes})
        return {"roster": self.reference, "row": row.pupil.row, **({"fields": fields} if fields else {})}


def _assign(student: Student, values: dict[str, str]) -> None:
    for key, value in values.items():
        setattr(student, key, date.fromisoformat(value) if key == "born_on" else value)
    if "name" in values:
        student.pinyin = names.display(student.name)[:200]


def _link_value(key: str, value: str) -> str | bool:
    return value == "True" if key == "is_guardian" else value


def _details(one: Member | Person) -> tuple[str, ...]:
    return (one.name, one.phone, one.address, one.employer)


def _upsert(model: Any, rows: Sequence[Any], fields: Sequence[str]) -> None:
    """Many rows with different values in few statements: INSERT … ON CONFLICT on the key always updates."""
    model._default_manager.bulk_create(
        rows, batch_size=_BATCH, update_conflicts=True, unique_fields=["pk"], update_fields=list(fields)
    )


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    stream = iter(items)
    while batch := list(islice(stream, _BATCH)):
        yield batch
