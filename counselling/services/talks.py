"""Logging a talk, correcting it, taking it back."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from counselling.models import Draft, LinkedPupil, Session, SessionText, Topic
from counselling.services import follow_ups
from students.models import Student

UNDO = timedelta(seconds=60)  # the toast shows ten; the rest is a slow network's
OLDEST = timedelta(days=366)  # a talk of more than a year ago is a mistyped date


class CannotLog(Exception):
    """The talk breaks a rule. `field` is the form field it belongs to; the message may be shown."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class CannotChange(Exception):
    """The entry can't be corrected or taken back (any more); the message may be shown."""


@dataclass(frozen=True)
class Words:
    """The text of a talk: one line is enough; the rest is depth."""

    line: str
    facts: str = ""
    child_words: str = ""
    action: str = ""


@dataclass(frozen=True)
class TalkDetails:
    """What was chosen beside the words."""

    happened_at: datetime
    sensitivity: str
    mood: int | None = None
    topics: Iterable[Topic] = ()
    linked: Mapping[Student, str] = field(default_factory=dict)
    follow_up_on: date | None = None
    follow_up_note: str = ""


@transaction.atomic
def log_talk(
    *, student: Student, client_id: uuid.UUID, words: Words, details: TalkDetails, by: User, now: datetime
) -> Session:
    """Write down a talk, with its follow-up and the follow-up's reminder, and let go of the draft.

    The same `client_id` of the same author makes one entry, however often it arrives: a repeat gives back
    the first entry unchanged. Raises CannotLog, also when the id was used for another pupil, and when what
    arrives isn't what was saved: a form changed after an answer got lost must not come to nothing unseen.
    """
    if earlier := Session.objects.filter(author=by, client_id=client_id).first():
        return _same_talk(earlier, student, words, details)
    _check(student, details, now)
    try:
        with transaction.atomic():
            session = Session.objects.create(
                school_id=student.school_id,
                student=student,
                author=by,
                client_id=client_id,
                happened_at=details.happened_at,
                recorded_at=now,
                mood=details.mood,
                sensitivity=details.sensitivity,
            )
    except IntegrityError:  # the twin of this submission won the race between our look and our write
        winner = Session.objects.get(author=by, client_id=client_id)
        return _same_talk(winner, student, words, details)
    _write_text(session, words, number=1, by=by, now=now)
    session.topics.set(details.topics)
    _link(session, details.linked)
    if details.follow_up_on:
        follow_ups.promise(
            session=session,
            owner=by,
            due_on=details.follow_up_on,
            note=details.follow_up_note,
            by=by,
            now=now,
        )
    Draft.objects.filter(author=by, client_id=client_id).delete()
    audit.record("session.logged", by=by, target=session, sensitivity=session.sensitivity)
    return session


def _same_talk(session: Session, student: Student, words: Words, details: TalkDetails) -> Session:
    if session.student_id != student.pk:
        raise CannotLog("", _("This form was already used for another pupil. Open a new one."))
    first = session.texts.get(number=1)
    if _words_of(first) != words or session.sensitivity != details.sensitivity:
        raise CannotLog("", _("This talk was saved before, with other words. Open the entry to correct it."))
    return session


def _words_of(text: SessionText) -> Words:
    return Words(text.line, text.facts, text.child_words, text.action)


def _check(student: Student, details: TalkDetails, now: datetime) -> None:
    if details.happened_at > now:
        raise CannotLog("happened_at", _("This moment is still to come. When did the talk happen?"))
    if details.happened_at < now - OLDEST:
        raise CannotLog("happened_at", _("This is more than a year ago. Is the date right?"))
    if details.follow_up_on:
        try:
            follow_ups.check_day(details.follow_up_on, now=now)
        except follow_ups.WrongDay as error:
            raise CannotLog("follow_up_on", str(error)) from error
    if any(topic.school_id != student.school_id for topic in details.topics):
        raise CannotLog("topics", _("Choose from your school's topics."))
    if any(pupil.school_id != student.school_id or pupil == student for pupil in details.linked):
        raise CannotLog("linked", _("Choose other pupils of this school."))


def _write_text(
    session: Session, words: Words, *, number: int, by: User, now: datetime, reason: str = ""
) -> SessionText:
    return SessionText.objects.create(
        school_id=session.school_id,
        session=session,
        number=number,
        line=words.line,
        facts=words.facts,
        child_words=words.child_words,
        action=words.action,
        reason=reason,
        written_by=by,
        written_at=now,
    )


def _link(session: Session, linked: Mapping[Student, str]) -> None:
    LinkedPupil.objects.bulk_create(
        LinkedPupil(school_id=session.school_id, session=session, student=student, role=role)
        for student, role in linked.items()
    )


@transaction.atomic
def correct_talk(*, session: Session, words: Words, reason: str, by: User, now: datetime) -> SessionText:
    """Add a corrected text with its reason; every earlier version stays readable. Raises CannotChange."""
    locked = Session.objects.select_for_update().get(pk=session.pk)
    if locked.withdrawn_at is not None:
        raise CannotChange(_("This entry was taken back and can't be corrected."))
    latest = locked.texts.order_by("-number").first()
    assert latest is not None  # noqa: S101  (log_talk writes number 1 in the same transaction)
    if words == _words_of(latest):
        raise CannotChange(_("Nothing was changed."))
    text = _write_text(locked, words, number=latest.number + 1, by=by, now=now, reason=reason)
    audit.record("session.corrected", by=by, target=session, number=text.number)
    return text


@transaction.atomic
def withdraw_talk(*, session: Session, by: User, now: datetime) -> Session:
    """Take back an entry just made by mistake, with its follow-ups and their reminders.

    The row stays, marked; after a minute others may have read it, and a correction is the honest way.
    Twice is once. Raises CannotChange.
    """
    locked = Session.objects.select_for_update().get(pk=session.pk)
    if locked.withdrawn_at is not None:
        return locked
    if now - locked.recorded_at > UNDO:
        raise CannotChange(_("Too late to undo: others may have read it. Correct the entry instead."))
    locked.withdrawn_at, locked.withdrawn_by = now, by
    locked.save(update_fields=["withdrawn_at", "withdrawn_by"])
    for follow_up in locked.follow_ups.filter(done_at=None, cancelled_at=None):
        follow_ups.cancel(follow_up=follow_up, by=by, now=now)
    audit.record("session.withdrawn", by=by, target=session)
    return locked


@transaction.atomic
def read_texts(*, session: Session, by: User) -> list[SessionText]:
    """Every version of an entry's words, newest first: the one door to a restricted body.

    Reading a restricted entry that somebody else wrote leaves an audit event in the same transaction
    (Regulation on the Protection of Minors Online, art. 36).
    """
    if session.sensitivity == Session.Sensitivity.RESTRICTED and session.author_id != by.pk:
        audit.record("session.read", by=by, target=session)
    return list(session.texts.select_related("written_by").order_by("-number"))
