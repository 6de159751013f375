"""The rows of houses, beds, rolls, leaves and calls of the demo district, as they are written. Pure."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import NamedTuple
from uuid import UUID


class Building(NamedTuple):
    id: int
    public_id: UUID
    school_id: int
    name: str
    sex: str


class Room(NamedTuple):
    id: int
    public_id: UUID
    school_id: int
    building_id: int
    sex: str
    floor: int
    number: str
    grade_from: int | None
    grade_to: int | None
    near_warden: bool
    accessible: bool


class Bed(NamedTuple):
    id: int
    public_id: UUID
    school_id: int
    room_id: int
    sex: str
    label: str
    level: str
    out_of_order_from: date | None = None


class Stay(NamedTuple):
    id: int
    public_id: UUID
    school_id: int
    student_id: int
    bed_id: int
    sex: str
    started_on: date
    ended_on: date | None
    given_by_id: int
    given_at: datetime


class Leave(NamedTuple):
    id: int
    public_id: UUID
    school_id: int
    student_id: int
    kind: str
    reason: str
    leaves_at: datetime
    due_back_at: datetime
    collector_id: int | None
    collector_words: str
    asked_by_id: int
    asked_at: datetime
    class_approved_by_id: int | None = None
    class_approved_at: datetime | None = None
    house_approved_by_id: int | None = None
    house_approved_at: datetime | None = None
    refused_by_id: int | None = None
    refused_at: datetime | None = None
    refusal: str = ""
    cancelled_by_id: int | None = None
    cancelled_at: datetime | None = None
    out_by_id: int | None = None
    out_at: datetime | None = None
    back_by_id: int | None = None
    back_at: datetime | None = None


class RollCall(NamedTuple):
    id: int
    public_id: UUID
    school_id: int
    building_id: int
    floor: int | None
    kind: str
    on: date
    opened_by_id: int
    opened_at: datetime


class RollMark(NamedTuple):
    id: int
    school_id: int
    roll_id: int
    student_id: int
    bed_id: int
    number: int
    status: str
    note: str
    leave_id: int | None
    marked_by_id: int | None
    marked_at: datetime | None


class Phone(NamedTuple):
    id: int
    public_id: UUID
    school_id: int
    name: str
    position: int
    started_on: date


class CallWindow(NamedTuple):
    id: int
    public_id: UUID
    school_id: int
    weekday: int
    from_time: time
    to_time: time
    started_on: date


class Call(NamedTuple):
    id: int
    public_id: UUID
    school_id: int
    phone_id: int
    person_id: int
    number_id: int
    starts_at: datetime
    ends_at: datetime
    state: str
    made_by_id: int
    made_at: datetime


class CallPupil(NamedTuple):
    id: int
    school_id: int
    call_id: int
    student_id: int
    starts_at: datetime
    ends_at: datetime
    stands: bool


class ContactAttempt(NamedTuple):
    id: int
    public_id: UUID
    school_id: int
    student_id: int
    person_id: int
    number_id: int
    call_id: int
    outcome: str
    minutes: int | None
    at: datetime
    by_id: int
    noted_at: datetime


HouseRow = (
    Building
    | Room
    | Bed
    | Stay
    | Leave
    | RollCall
    | RollMark
    | Phone
    | CallWindow
    | Call
    | CallPupil
    | ContactAttempt
)
# In the order of their foreign keys.
ORDER: tuple[type, ...] = (
    Building,
    Room,
    Bed,
    Stay,
    Leave,
    RollCall,
    RollMark,
    Phone,
    CallWindow,
    Call,
    CallPupil,
    ContactAttempt,
)
