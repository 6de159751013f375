"""Two schools with a row of each in every table that row security protects, and the people who ask for them.

School A is asked about: it has one of everybody. In B are a counsellor (`stranger`) and a homeroom teacher
(`b_author`); `moved` worked there and left traces of every kind. Each row has a label: its school, and what it is.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from core import audit, tenancy
from counselling.models import Concern, ConcernDraft, ConcernText, Session
from counselling.services import concern_words, drafts
from reminders.links import make_link
from schools.models import Area, Invitation, School, SchoolClass
from students.models import Student
from tests import factories
from tests.factories import calls, district
from tests.mutants import rows_houses

LEVELS = [level.value for level in Session.Sensitivity]
PAIRED, WARDEN, TEACHER = Role.PAIRED_TEACHER, Role.WARDEN, Role.HOMEROOM_TEACHER
# Who works in school A today, as what. `author` wrote its entries; the rest: what they are named after.
STAFF = {
    "teacher": TEACHER, "author": TEACHER, "warden": WARDEN, "counsellor": Role.COUNSELLOR,
    "lead": Role.SAFEGUARDING_LEAD, "head": Role.HEAD_TEACHER, "admin": Role.SCHOOL_ADMIN, "accused": PAIRED,
    "named": PAIRED, "dropped": PAIRED, "owner": PAIRED, "moved": PAIRED, "former": PAIRED, "future": PAIRED,
    "reporter": WARDEN, "rescuer": WARDEN, "saver": WARDEN, "late": WARDEN, "done": WARDEN, "early": WARDEN,
}  # fmt: skip
STAFF_B = {"stranger": Role.COUNSELLOR, "b_author": TEACHER}
OTHERS = ("official", "officer", "left", "soon", "closed")  # no school, not today's, or a closed account
NOBODIES = ("program", "nobody", "forged", "expired", "ended")  # ended: a scope of the program's, run out
PEOPLE = (*STAFF, *STAFF_B, *OTHERS, *NOBODIES)
LEADING = (Role.SAFEGUARDING_LEAD, Role.COUNSELLOR, Role.HEAD_TEACHER)


@dataclass
class Row:
    table: str
    label: str
    place: str  # ctid
    values: dict[str, Any]


@dataclass
class World:
    users: dict[str, User] = field(default_factory=dict)
    tags: dict[int, str] = field(default_factory=dict)  # school → A or B
    sides: dict[str, Side] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    labels: dict[tuple[str, int], str] = field(default_factory=dict)  # of sessions, concerns, reminders

    def name_of(self, user_id: int | None) -> str:
        return next((name for name, user in self.users.items() if user.pk == user_id), "")

    def of_table(self, table: str) -> list[Row]:
        return [row for row in self.rows if row.table == table]


@dataclass
class Side:
    area: Area
    school: School
    first: SchoolClass
    second: SchoolClass
    student: Student
    other: Student


# --- making it ------------------------------------------------------------------------------------
def make() -> World:
    """To be committed: mutants look at it from a connection of the database's administrator."""
    world = World()
    for tag in "AB":
        _place(world, tag)
    _people(world)
    for tag in "AB":
        _furnish(world, tag)
    _traces_of_moved(world)
    _scopes(world)
    return world


def _place(world: World, tag: str) -> None:
    area = factories.make_area(level="province", name=f"Area {tag}")
    school = factories.make_school(name=f"School {tag}", area=area)
    first, second = factories.make_class(school, 3), factories.make_class(school, 5)
    student, other = factories.make_student(first, f"孩子{tag}"), factories.make_student(second, f"同学{tag}")
    world.sides[tag], world.tags[school.pk] = Side(area, school, first, second, student, other), tag


def _people(world: World) -> None:
    for name in (*STAFF, *STAFF_B, *OTHERS):
        world.users[name] = factories.make_user(f"row_{name}", is_active=name != "closed")
    for tag, staff in (("A", STAFF), ("B", STAFF_B)):
        side = world.sides[tag]
        for name, role in staff.items():
            place = {"school_class": side.second} if role is TEACHER else {"school": side.school}
            if name == "teacher":
                place = {"school_class": side.first}
            factories.make_membership(world.users[name], role, **place)
    _past_and_future(world)


def _past_and_future(world: World) -> None:
    today, users = timezone.localdate(), world.users
    yesterday, tomorrow = today - timedelta(days=1), today + timedelta(days=1)
    here, next_door = world.sides["A"], world.sides["B"]
    for role in LEADING:
        factories.make_membership(users["former"], role, school=here.school, ended_on=yesterday)
        factories.make_membership(users["future"], role, school=here.school, started_on=tomorrow)
        factories.make_membership(users["moved"], role, school=next_door.school, ended_on=yesterday)
    factories.make_membership(users["closed"], Role.SAFEGUARDING_LEAD, school=here.school)
    factories.make_membership(users["left"], Role.COUNSELLOR, school=here.school, ended_on=yesterday)
    factories.make_membership(users["soon"], Role.COUNSELLOR, school=here.school, started_on=tomorrow)
    official = Role.DISTRICT_OFFICIAL
    factories.make_membership(users["official"], official, area=here.area)
    factories.make_membership(users["officer"], Role.STATISTICS_OFFICER, area=here.area)
    for role in (official, Role.STATISTICS_OFFICER):
        factories.make_membership(users["left"], role, area=here.area, ended_on=yesterday)
        factories.make_membership(users["soon"], role, area=here.area, started_on=tomorrow)


def _furnish(world: World, tag: str) -> None:
    side, users = world.sides[tag], world.users
    ours = tag == "A"
    author = users["author" if ours else "b_author"]
    admin = users["admin" if ours else "stranger"]
    _calendar(side, author, admin)
    _family(side, author)
    rows_houses.furnish(world, side, tag, author, admin)
    factories.make_roster(side.school, by=admin)
    factories.make_export(side.school, by=admin)
    reminder = factories.make_reminder(side.school, author)
    world.labels["reminder", reminder.pk] = tag
    outside = factories.make_reminder(
        side.school,
        None,
        outsider=factories.make_outsider(side.school),
        channel="sms",
        category="call_day",
        url_path="/",
    )
    world.labels["reminder", outside.pk] = tag
    make_link(outside, now=timezone.now())
    for level in LEVELS:
        _entry(world, tag, level, author)
    _drafts(side, author, users["reporter"] if ours else author)
    _concerns(world, tag)
    _events(world, tag)
    calls.furnish(side.school, side.student, by=author)
    district.furnish(side.school, by=users["officer" if ours else "b_author"])
    if ours:
        _emergencies(side, users)
    else:
        factories.make_emergency(side.student, users["stranger"])


def _calendar(side: Side, author: User, admin: User) -> None:
    factories.make_term(side.first.year)
    factories.make_school_day(side.school)
    factories.make_duty(side.school, author, by=admin)
    factories.make_invitation(side.school, by=admin)
    factories.make_invitation(side.school, by=admin, role="homeroom_teacher", school_class=side.first)
    now = timezone.now()
    Invitation.objects.create(
        area=side.area, role="district_official", name="An", invited_by=admin, token_hash=secrets.token_hex(32),
        invited_at=now, expires_at=now + timedelta(days=1),
    )  # fmt: skip


def _family(side: Side, author: User) -> None:
    factories.make_pairing(side.student, author)
    adult = factories.make_adult(side.student, "Mother")
    factories.make_number(adult)
    factories.make_episode(adult)
    factories.make_window(adult)
    factories.make_capacity(adult)
    factories.make_care(side.student, adult)
    factories.make_topic(side.school)


def _entry(world: World, tag: str, level: str, author: User, label: str = "") -> Session:
    """With its text, a topic, a linked pupil, a promise of somebody else's, and those it is shared with."""
    side, users, ours = world.sides[tag], world.users, tag == "A"
    session = factories.make_session(side.student, author, sensitivity=level)
    world.labels["session", session.pk] = label or f"{tag} {level}"
    session.topics.add(factories.make_topic(side.school))
    factories.make_linked(session, side.other)
    factories.make_follow_up(session, owner=users["owner" if ours else "moved"], note="Call.")
    if level in ("restricted", "sealed"):
        revoked = {"revoked_at": timezone.now(), "revoked_by": author}
        by = users["lead"] if ours and level == "restricted" else author
        factories.make_grant(session, users["named" if ours else "moved"], granted_by=by)
        if ours:
            by = users["lead" if level == "sealed" else "teacher"]  # neither may
            factories.make_grant(session, users["dropped"], granted_by=by, **revoked)
    return session


def _drafts(side: Side, author: User, reporter: User) -> None:
    now, fields = timezone.now(), {"line": ["…"]}
    drafts.save_draft(student=side.student, client_id=uuid.uuid4(), fields=fields, by=author, now=now)
    number = uuid.uuid4()
    sealed = concern_words.seal_draft(side.school, number, {"facts": ["…"]})
    ConcernDraft.objects.create(
        school=side.school, author=reporter, client_id=number, sealed=sealed, changed_at=now
    )


def _concerns(world: World, tag: str) -> None:
    users, student = world.users, world.sides[tag].student
    if tag == "B":
        concern = factories.make_concern(student, users["b_author"])
        world.labels["concern", concern.pk] = "B open"
        factories.make_concern_reader(concern, users["moved"], granted_by=users["b_author"])
        _reminder_of(world, concern, users["stranger"], "B concern")
        return
    reporter, counsellor, at = users["reporter"], users["counsellor"], timezone.now()
    opened = factories.make_concern(student, reporter)
    factories.make_concern_reader(opened, counsellor, "shared", granted_by=users["lead"])
    factories.make_concern_reader(
        opened, users["dropped"], granted_by=users["head"], revoked_at=at, revoked_by=users["lead"]
    )
    number = uuid.uuid4()
    ConcernText.objects.create(
        school=opened.school, concern=opened, client_id=number, written_by=users["head"], written_at=at,
        sealed=concern_words.seal(opened, number, concern_words.Words("More.")),
    )  # fmt: skip
    accusation = factories.make_concern(student, reporter, about_staff=users["accused"])
    factories.make_concern_reader(accusation, counsellor, granted_by=reporter)
    about_lead = factories.make_concern(student, reporter, about_staff=users["lead"])
    factories.make_concern_reader(about_lead, counsellor, granted_by=reporter)
    by_accused = factories.make_concern(student, users["accused"])
    named = {"open": opened, "accusation": accusation, "about lead": about_lead, "by accused": by_accused}
    for label, concern in named.items():
        world.labels["concern", concern.pk] = f"A {label}"
    _reminder_of(world, opened, users["owner"], "A concern")
    _reminder_of(world, accusation, counsellor, "A accusation")


def _reminder_of(world: World, concern: Concern, to: User, label: str) -> None:
    about = f"counselling.concern:{concern.public_id.hex}"
    reminder = factories.make_reminder(concern.school, to, about=about)
    world.labels["reminder", reminder.pk] = label


def _events(world: World, tag: str) -> None:
    """The kinds of events that differ in who may read them."""
    side, users = world.sides[tag], world.users
    concern = Concern.objects.filter(school=side.school).order_by("pk")[0]
    by, at = users["teacher"], side.school.pk
    audit.record("row.plain", by=by, school_id=at)
    audit.record("row.sealed", by=by, sensitivity="sealed", school_id=at)
    audit.record("row.process", by=by, sensitivity="process", school_id=at)
    audit.record("concern.row", by=by, school_id=at)
    audit.record("row.about", by=by, about=f"counselling.concern:{concern.public_id.hex}", school_id=at)
    audit.record("row.target", by=by, target=concern)
    if tag == "A":
        audit.record("row.none", by=None)


def _emergencies(side: Side, users: dict[str, User]) -> None:
    now = timezone.now()

    def use(name: str, opened_at: datetime, *, approved: bool = True, **fields: Any) -> None:
        second = {"approved_by": users["lead"], "approved_at": opened_at} if approved else {}
        factories.make_emergency(side.student, users[name], opened_at=opened_at, **second, **fields)

    use("rescuer", now - timedelta(minutes=2), approved=False)
    use("saver", now - timedelta(minutes=2))
    use("late", now - timedelta(minutes=70))
    use("done", now - timedelta(minutes=2), ended_at=now)
    use("early", now + timedelta(hours=2))


def _traces_of_moved(world: World) -> None:
    """What somebody leaves in a school where they no longer work: theirs by name, and closed to them."""
    side, moved = world.sides["B"], world.users["moved"]
    session = _entry(world, "B", "sealed", moved, "B of moved")
    factories.make_grant(session, world.users["named"], granted_by=moved)
    factories.make_export(side.school, by=moved)
    _drafts(side, moved, moved)
    concern = factories.make_concern(side.student, moved)
    world.labels["concern", concern.pk] = "B of moved"
    reminder = factories.make_reminder(side.school, moved)
    world.labels["reminder", reminder.pk] = "B of moved"
    now = timezone.now()
    factories.make_emergency(side.student, moved, approved_by=world.users["stranger"], approved_at=now)


def _scopes(world: World) -> None:
    for name in PEOPLE:
        world.tokens[name] = "" if name == "nobody" else secrets.token_hex(32)
        if name in ("nobody", "forged"):
            continue
        who = None if name in ("program", "ended") else world.users.get(name, world.users["counsellor"]).pk
        seconds = -1 if name in ("expired", "ended") else 3600
        tenancy.open_scope(world.tokens[name], user_id=who, purpose=f"row {name}", seconds=seconds)


# --- seeing all of it -----------------------------------------------------------------------------
@contextmanager
def administrator() -> Iterator[Any]:
    """A connection of the database's superuser to the tests' database; what it does is rolled back."""
    opened = psycopg2.connect(settings.DATABASE_ADMIN_URL, dbname=connection.settings_dict["NAME"])
    try:
        yield opened
    finally:
        opened.rollback()
        opened.close()


def protected(cursor: Any) -> list[str]:
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        " AND (relrowsecurity OR EXISTS (SELECT 1 FROM pg_policy WHERE polrelid = pg_class.oid)) ORDER BY 1"
    )
    return [name for (name,) in cursor.fetchall()]


def take_stock(cursor: Any, world: World) -> None:
    """Every row of every protected table with its label, past all policies."""
    from tests.mutants.labels import label

    # Emptied at each commit by a trigger: this transaction has none, and no trigger yet.
    cursor.execute(
        "SET LOCAL session_replication_role = replica; INSERT INTO core_auditpending (txid) VALUES (1)"
    )
    cursor.execute("SET LOCAL session_replication_role = origin")
    for table in protected(cursor):
        cursor.execute(f"SELECT ctid::text, to_jsonb(one) FROM {table} AS one")
        world.rows += [Row(table, "", place, values) for place, values in cursor.fetchall()]
    for row in sorted(
        world.rows, key=lambda row: row.table.startswith("core_")
    ):  # of the rest, so after them
        row.label = label(world, row.table, row.values)
