"""Promises after a talk, and the reminders that stand for them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from core.fields import uuid7
from counselling import sealing
from counselling.models import FollowUp, Session
from reminders import services as reminder_services

CATEGORY = "follow_up"
REMIND_AT = time(7, 30)  # before the first lesson, after the quiet hours


FARTHEST = timedelta(days=366)  # a promise for later than a year is a mistyped date


class CannotChange(Exception):
    """The follow-up has ended and takes no change; the message may be shown."""


class WrongDay(Exception):
    """The day breaks a rule; the message may be shown beside the day's field."""


@transaction.atomic
def promise(
    *, session: Session, owner: User, due_on: date, note: str = "", by: User, now: datetime
) -> FollowUp:
    """Make a follow-up and, in the same transaction, the reminder for its owner."""
    public_id = uuid7()
    follow_up = FollowUp.objects.create(
        public_id=public_id,
        school_id=session.school_id,
        session=session,
        student_id=session.student_id,
        author_id=session.author_id,
        level=session.sensitivity,
        owner=owner,
        due_on=due_on,
        created_at=now,
        **sealing.note_columns(session, public_id, note),
    )
    _plan(follow_up, by=by, now=now)
    _note(
        "promised",
        follow_up,
        by=by,
        due_on=due_on.isoformat(),
    )
    return follow_up


@transaction.atomic
def read(*, follow_up: FollowUp, by: User) -> FollowUp:
    """A promise with its note: the one door to the note of one after a closed entry.

    Such a note is part of the entry, so reading it leaves an audit event in the same transaction
    (services.talks.read_texts).
    """
    if follow_up.level != Session.Sensitivity.SCHOOL:
        _note("read", follow_up, by=by)
    return sealing.open_note(follow_up)


@transaction.atomic
def complete(*, follow_up: FollowUp, by: User, now: datetime) -> FollowUp:
    """Mark a promise as kept; its reminders are cancelled. Twice is once."""
    locked = _lock(follow_up)
    if locked.done_at is not None:
        return locked
    if not locked.is_open:
        raise CannotChange(_("This follow-up was cancelled."))
    locked.done_at, locked.done_by = now, by
    locked.save(update_fields=["done_at", "done_by"])
    reminder_services.cancel(about=about(locked), by=by, now=now)
    _note("done", locked, by=by)
    return locked


@transaction.atomic
def reopen(*, follow_up: FollowUp, by: User, now: datetime) -> FollowUp:
    """Undo "done": the promise is open again and reminds again if its morning is still to come."""
    locked = _lock(follow_up)
    if locked.done_at is None:
        return locked
    locked.done_at, locked.done_by = None, None
    locked.save(update_fields=["done_at", "done_by"])
    if now < _morning_of(locked):
        _plan(locked, by=by, now=now)
    _note("reopened", locked, by=by)
    return locked


@transaction.atomic
def move(*, follow_up: FollowUp, due_on: date, by: User, now: datetime) -> FollowUp:
    """Give a promise another day; the reminder moves with it. Raises CannotChange, WrongDay."""
    locked = _lock(follow_up)
    if not locked.is_open:
        raise CannotChange(_("This follow-up has ended."))
    check_day(due_on, now=now)
    old, locked.due_on = locked.due_on, due_on
    locked.save(update_fields=["due_on"])
    _plan(locked, by=by, now=now)
    _note("moved", locked, by=by, old=old.isoformat(), new=due_on.isoformat())
    return locked


@transaction.atomic
def cancel(*, follow_up: FollowUp, by: User, now: datetime) -> FollowUp:
    """End a promise that no longer stands."""
    locked = _lock(follow_up)
    if not locked.is_open:
        return locked
    locked.cancelled_at = now
    locked.save(update_fields=["cancelled_at"])
    reminder_services.cancel(about=about(locked), by=by, now=now)
    _note("cancelled", locked, by=by)
    return locked


@transaction.atomic
def hand_over(*, follow_up: FollowUp, to: User, by: User, now: datetime) -> FollowUp:
    """Give the promise of somebody who left to a colleague; their reminder comes in the place of the old one.

    `to` comes from access.may_take_over. Raises CannotChange when it has ended.
    """
    locked = _lock(follow_up)
    if not locked.is_open:
        raise CannotChange(_("This follow-up has ended."))
    if locked.owner_id == to.pk:
        return locked
    was, locked.owner = locked.owner_id, to
    locked.save(update_fields=["owner"])
    reminder_services.cancel(about=about(locked), by=by, now=now)
    _plan(locked, by=by, now=now)
    _note("handed_over", locked, by=by, was=was, to=to.pk)
    return locked


def check_day(due_on: date, *, now: datetime) -> None:
    """A promise is for today or later, and within a year. Raises WrongDay."""
    today = timezone.localdate(now)
    if due_on < today:
        raise WrongDay(_("A follow-up can't be due before today."))
    if due_on > today + FARTHEST:
        raise WrongDay(_("This is more than a year away. Is the date right?"))


def about(follow_up: FollowUp) -> str:
    """How the outbox refers to this promise: an id, nothing else."""
    return f"counselling.followup:{follow_up.public_id}"


def _lock(follow_up: FollowUp) -> FollowUp:
    return FollowUp.objects.select_for_update(of=("self",)).select_related("owner").get(pk=follow_up.pk)


def _morning_of(follow_up: FollowUp) -> datetime:
    return timezone.make_aware(datetime.combine(follow_up.due_on, REMIND_AT))


def _plan(follow_up: FollowUp, *, by: User, now: datetime) -> None:
    reminder_services.plan(
        recipient=follow_up.owner,
        school_id=follow_up.school_id,
        category=CATEGORY,
        about=about(follow_up),
        url_path=reverse("counselling:follow_up", args=[follow_up.public_id]),
        due_at=max(now, _morning_of(follow_up)),
        from_name=by.name,
        by=by,
    )


def _note(verb: str, follow_up: FollowUp, *, by: User | None, **details: Any) -> None:
    """With the level of the entry it came from: what hangs on a sealed one isn't for the school's readers."""
    audit.record(
        f"follow_up.{verb}",
        by=by,
        target=follow_up,
        subject=follow_up.student,
        sensitivity=follow_up.level,
        **details,
    )
