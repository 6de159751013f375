"""The rows of the demo district, one small class for each table, written as they are. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from itertools import chain
from typing import NamedTuple
from uuid import UUID

from demo import house_rows


class Student(NamedTuple):
    id: int
    public_id: UUID
    school_id: int
    name: str
    pinyin: str
    sex: str
    born_on: date
    national_number: str
    identity_number: str
    school_number: str
    ethnicity: str
    health: str
    boarding: str
    phone: str
    address: str
    created_at: datetime
    changed_at: datetime
    hukou: str = "not_collected"


class Person(NamedTuple):
    id: int
    public_id: UUID
    school_id: int
    name: str
    phone: str
    address: str
    employer: str
    absences_known_from: date | None = None
    email: str = ""


class PhoneNumber(NamedTuple):
    id: int
    public_id: UUID
    school_id: int
    person_id: int
    number: str
    confirmed_on: date | None
    last_worked_on: date | None
    created_at: datetime


class MigrationEpisode(NamedTuple):
    id: int
    public_id: UUID
    school_id: int
    person_id: int
    place: str
    reason: str
    shift: str
    started_on: date


class ReachableWindow(NamedTuple):
    id: int
    public_id: UUID
    school_id: int
    person_id: int
    weekday: int
    starts_at: time
    ends_at: time
    started_on: date


class GuardianCapacity(NamedTuple):
    id: int
    school_id: int
    person_id: int
    has_capacity: str
    assessed_on: date


class CareArrangement(NamedTuple):
    id: int
    public_id: UUID
    school_id: int
    student_id: int
    carer_id: int | None
    reason: str
    started_on: date
    notice_received_on: date | None
    assessment: str
    assessed_on: date | None


class GuardianLink(NamedTuple):
    id: int
    school_id: int
    student_id: int
    person_id: int
    relation: str
    is_guardian: bool
    priority: int
    is_delegated_carer: bool = False
    lives_with: str = "not_collected"
    may_collect: str = "not_collected"


class Enrolment(NamedTuple):
    id: int
    school_id: int
    student_id: int
    school_class_id: int
    started_on: date
    ended_on: date | None = None


class Pairing(NamedTuple):
    id: int
    school_id: int
    student_id: int
    teacher_id: int
    started_on: date


class FinderKey(NamedTuple):
    id: int
    school_id: int
    student_id: int
    kind: str
    key: str


class Session(NamedTuple):
    id: int
    public_id: UUID
    school_id: int
    student_id: int
    author_id: int
    client_id: UUID
    happened_at: datetime
    recorded_at: datetime
    mood: int | None
    sensitivity: str


class SessionTopic(NamedTuple):
    id: int
    session_id: int
    topic_id: int


class SessionText(NamedTuple):
    id: int
    school_id: int
    session_id: int
    student_id: int
    level: str
    number: int
    line: str
    facts: str
    child_words: str
    action: str
    reason: str
    sealed: bytes | None
    written_by_id: int
    written_at: datetime


class LinkedPupil(NamedTuple):
    id: int
    school_id: int
    session_id: int
    about_id: int
    author_id: int
    level: str
    student_id: int
    role: str


class EntryGrant(NamedTuple):
    id: int
    school_id: int
    session_id: int
    student_id: int
    author_id: int
    level: str
    user_id: int
    granted_by_id: int
    granted_at: datetime


class FollowUp(NamedTuple):
    id: int
    public_id: UUID
    school_id: int
    session_id: int
    student_id: int
    author_id: int
    level: str
    owner_id: int
    due_on: date
    note: str
    sealed: bytes | None
    created_at: datetime
    done_at: datetime | None
    done_by_id: int | None


Row = (
    Student
    | Person
    | PhoneNumber
    | MigrationEpisode
    | ReachableWindow
    | GuardianCapacity
    | CareArrangement
    | GuardianLink
    | Enrolment
    | Pairing
    | FinderKey
    | Session
    | SessionTopic
    | SessionText
    | LinkedPupil
    | EntryGrant
    | FollowUp
    | house_rows.HouseRow
)


class Rows:
    """What one school's children and talks come to, table by table, in the order of their foreign keys."""

    ORDER: tuple[type, ...] = (
        Student,
        Person,
        PhoneNumber,
        MigrationEpisode,
        ReachableWindow,
        GuardianCapacity,
        CareArrangement,
        GuardianLink,
        Enrolment,
        Pairing,
        FinderKey,
        Session,
        SessionTopic,
        SessionText,
        LinkedPupil,
        EntryGrant,
        FollowUp,
        *house_rows.ORDER,
    )

    def __init__(self) -> None:
        self.closings: list[tuple[int, int, datetime]] = []  # of rolls: whole only once their marks stand
        self.by_table: dict[type, list[tuple[object, ...]]] = {table: [] for table in self.ORDER}

    def add(self, row: Row) -> None:
        self.by_table[type(row)].append(row)

    def of(self, table: type) -> list:
        return self.by_table[table]

    def replace(self, table: type, rows: Iterable[Row]) -> None:
        self.by_table[table] = list(rows)

    def __len__(self) -> int:
        return sum(1 for _ in chain.from_iterable(self.by_table.values()))
