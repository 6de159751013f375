"""Making the demo district, and taking it away again."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import islice
from random import Random

from django.apps import apps
from django.db import connection, connections, transaction
from django.urls import reverse

from core import audit, tenancy
from core.models import AuditEvent
from counselling.models import FollowUp
from counselling.services import follow_ups
from dashboards.models import CountedSchool
from dashboards.services import building
from demo import bed_rules, calls_home, concerns, copying, places, published, rota, rows, sealing
from demo.absences import Leaves
from demo.calls_past import PastCalls
from demo.households import Child, Households, NextId, SchoolFacts
from demo.houses import Houses
from demo.nights import Nights
from demo.staff import Staff
from demo.talks import PAST_WEEKS, WEEKS, Talks
from reminders import clock
from reminders.models import Channel, Reminder
from schools.models import School

SEEDED = "demo.seeded"
_BATCH = 2_000
# Rows that the program itself needs and that migrations wrote.
_KEPT_TABLES = {"django_migrations", "django_content_type", "auth_permission"}


class NotEmptyError(Exception):
    """There are schools in this database already."""


class NotADemoError(Exception):
    """This database wasn't made by the demo, so the demo doesn't empty it."""


@tenancy.program("demo")
def seed_district(*, pupils: int, seed: int, now: datetime) -> dict[str, int]:
    """Make the whole county in one transaction, then count it; `now` is local time, and the talks end there.

    The same `seed` and `now` give the same people and words. Raises NotEmptyError.
    """
    made = _seed(pupils=pupils, seed=seed, now=now)
    _count(now=now)
    return made


@tenancy.program("demo")
def count_if_seeded(*, now: datetime) -> None:
    """Count a district whose making broke off before the counting."""
    if not CountedSchool.objects.exists() and AuditEvent.objects.filter(event=SEEDED).exists():
        _count(now=now)


def _count(*, now: datetime) -> None:
    """A year of weeks. The planner must know of the rows: without, a minute goes by on one statement."""
    if not connection.in_atomic_block:
        analyse()
    building.rebuild(now=now)
    published.publish(now=now)


@transaction.atomic
def _seed(*, pupils: int, seed: int, now: datetime) -> dict[str, int]:
    if School.objects.exists():
        raise NotEmptyError
    rng = Random(seed)
    staff = Staff(rng=rng, now=now)
    areas = staff.county()
    days = places.open_days(now.date(), WEEKS)
    next_id = copying.Sequences()
    pupils_made = talks_made = 0
    plans = places.schools_for(pupils)
    for number, plan in enumerate(plans, start=1):
        facts = staff.school(number, plan, areas[plan.township], max(1, round(pupils * plan.share)))
        made = children_of(facts, rng=rng, next_id=next_id, days=days, now=now, signing_in=staff.signing_in)
        sealing.seal(made, facts.public_id)
        copying.write(made)
        pupils_made += len(made.of(rows.Student))
        talks_made += len(made.of(rows.Session))
        bed_rules.make(facts, now=now)
        if number == 1:
            concerns.report(facts, now=now)
            rota.plan(facts, now=now)
            calls_home.plan(facts, now=now)
            bed_rules.plan(facts, now=now)
    reminders = _plan_reminders(now)
    audit.record(SEEDED, by=None, pupils=pupils, seed=seed)
    return {
        "schools": len(plans), "pupils": pupils_made, "talks": talks_made, "reminders": reminders
    }  # fmt: skip


def children_of(
    facts: SchoolFacts, *, rng: Random, next_id: NextId, days: list[date], now: datetime, signing_in: set[int]
) -> rows.Rows:
    """One school's pupils, families and talks, not yet written."""
    made = rows.Rows()
    children = Households(school=facts, rng=rng, next_id=next_id, made=made).build()
    Talks(
        school=facts,
        children=children,
        days=days,
        now=now,
        signing_in=signing_in,
        rng=rng,
        next_id=next_id,
        made=made,
    ).build()
    _past_talks(facts, children, days=days, next_id=next_id, now=now, made=made)
    _boarding(facts, children, next_id=next_id, now=now, signing_in=signing_in, made=made)
    return made


def _past_talks(
    facts: SchoolFacts,
    children: list[Child],
    *,
    days: list[date],
    next_id: NextId,
    now: datetime,
    made: rows.Rows,
) -> None:
    """The year before the ten weeks, of whoever was here then."""
    first = now.date() - timedelta(weeks=PAST_WEEKS)
    Talks(
        school=facts,
        children=[child for child in children if child.school_class.last_year_id is not None],
        days=places.school_days(first, days[0] - timedelta(days=1)) if days else [],
        now=now,
        signing_in=set(),
        rng=Random(f"{facts.plan.code}:past"),
        next_id=next_id,
        made=made,
        is_past=True,
    ).build()


def _boarding(
    facts: SchoolFacts,
    children: list[Child],
    *,
    next_id: NextId,
    now: datetime,
    signing_in: set[int],
    made: rows.Rows,
) -> None:
    """Houses, leaves, rolls and calls; in the first school the planner itself makes the last weeks'."""
    houses = Houses(facts, children, now, next_id, made).build()
    leaves = Leaves(facts, children, signing_in, now, next_id, made).build()
    Nights(facts, houses, leaves, now, next_id, made).build()
    planned = calls_home.WEEKS_BACK if facts.is_first else None
    PastCalls(facts, children, now, next_id, made, planned).build()


@tenancy.program("demo")
def empty_demo() -> None:
    """Remove everything from a database that the demo made, as the owner: the program's role may not.

    Raises NotADemoError for any other database that holds a school.
    """
    if School.objects.exists() and not AuditEvent.objects.filter(event=SEEDED).exists():
        raise NotADemoError
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)} - _KEPT_TABLES
    names = ", ".join(f'"{name}"' for name in sorted(tables))
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"TRUNCATE {names} CASCADE")


def analyse() -> None:
    """Tell the planner about the new rows at once; autovacuum would in a minute."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")


def _plan_reminders(now: datetime) -> int:
    """A bell for every open promise, and an e-mail for those that aren't overdue yet."""
    open_ones = (
        FollowUp.objects.filter(done_at=None, cancelled_at=None).select_related("owner").order_by("pk")
    )
    reminders = (one for follow_up in open_ones.iterator(_BATCH) for one in _reminders_of(follow_up, now))
    planned = 0
    while batch := list(islice(reminders, _BATCH)):
        planned += len(Reminder.objects.bulk_create(batch))
    return planned


def _reminders_of(follow_up: FollowUp, now: datetime) -> list[Reminder]:
    morning = datetime.combine(follow_up.due_on, follow_ups.REMIND_AT, tzinfo=now.tzinfo)
    overdue = follow_up.due_on < now.date()
    due_at = morning if overdue else max(now, morning)
    about = follow_ups.about(follow_up)
    return [
        Reminder(
            school_id=follow_up.school_id,
            recipient=follow_up.owner,
            channel=channel,
            category=follow_ups.CATEGORY,
            about=about,
            url_path=reverse("counselling:follow_up", args=[follow_up.public_id]),
            from_name=follow_up.owner.name,
            due_at=due_at,
            dedupe_key=f"{about}|{follow_up.owner_id}|{channel}|1",
            next_try_at=clock.after_quiet_hours(due_at),
        )
        for channel in ([Channel.BELL] if overdue else [Channel.BELL, Channel.EMAIL])
    ]
