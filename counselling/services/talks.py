"""Logging a talk, correcting it, taking it back."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from counselling import access, sealing
from counselling.models import Draft, LinkedPupil, Session, SessionText, Topic
from counselling.models.session import SHAREABLE
from counselling.services import follow_ups, sharing
from schools import access as school_access
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
    named: Iterable[User] = ()  # colleagues who may read it: needed for a sealed one
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
    _check(student, details, by, now)
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
    sharing.name_readers(session=session, users=details.named, by=by, now=now)
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
    _note("session.logged", session, by=by)
    return session


def _note(event: str, session: Session, *, by: User, **details: Any) -> None:
    """An event about an entry; the trail's readers see none of a sealed one (schools 0005)."""
    audit.record(
        event,
        by=by,
        target=session,
        subject=session.student,
        sensitivity=session.sensitivity,
        **details,
    )


def _same_talk(session: Session, student: Student, words: Words, details: TalkDetails) -> Session:
    if session.student_id != student.pk:
        raise CannotLog("", _("This form was already used for another pupil. Open a new one."))
    first = sealing.open_text(session, session.texts.get(number=1))
    same_readers = sharing.first_named(session) == {user.pk for user in details.named}
    if words_of(first) != words or session.sensitivity != details.sensitivity or not same_readers:
        raise CannotLog("", _("This talk was saved before, with other words. Open the entry to correct it."))
    return session


def words_of(text: SessionText) -> Words:
    """The words of a text that is open (read_texts)."""
    return Words(text.line, text.facts, text.child_words, text.action)


def _check(student: Student, details: TalkDetails, by: User, now: datetime) -> None:
    _check_days(details, now)
    if any(topic.school_id != student.school_id for topic in details.topics):
        raise CannotLog("topics", _("Choose from your school's topics."))
    if any(pupil.school_id != student.school_id or pupil == student for pupil in details.linked):
        raise CannotLog("linked", _("Choose other pupils of this school."))
    _check_readers(student, details, by, timezone.localdate(now))


def _check_days(details: TalkDetails, now: datetime) -> None:
    if details.happened_at > now:
        raise CannotLog("happened_at", _("This moment is still to come. When did the talk happen?"))
    if details.happened_at < now - OLDEST:
        raise CannotLog("happened_at", _("This is more than a year ago. Is the date right?"))
    if details.follow_up_on:
        try:
            follow_ups.check_day(details.follow_up_on, now=now)
        except follow_ups.WrongDay as error:
            raise CannotLog("follow_up_on", str(error)) from error


def _check_readers(student: Student, details: TalkDetails, by: User, on: date) -> None:
    """A sealed entry that nobody else could read would be a secret with nobody to act on it."""
    if details.sensitivity not in access.levels_for(by, student, on=on):
        raise CannotLog("sensitivity", _("Only counsellors write working notes."))
    restricts = details.sensitivity == Session.Sensitivity.RESTRICTED
    if restricts and not school_access.has_lead(student.school, on=on):
        text = _("This school has no safeguarding lead yet, so nobody would act on a restricted entry.")
        raise CannotLog("sensitivity", text)
    named = {user.pk for user in details.named}
    if details.sensitivity == Session.Sensitivity.SEALED and not named:
        raise CannotLog("named", _("Name at least one colleague who may read it."))
    if named and details.sensitivity not in SHAREABLE:
        raise CannotLog("named", _("Only restricted and sealed entries name colleagues."))
    if named and named - set(access.nameable(student, author=by, on=on).values_list("pk", flat=True)):
        raise CannotLog("named", _("Name colleagues who work with this pupil."))


def _write_text(
    session: Session, words: Words, *, number: int, by: User, now: datetime, reason: str = ""
) -> SessionText:
    text = SessionText.objects.create(
        school_id=session.school_id,
        session=session,
        student_id=session.student_id,
        level=session.sensitivity,
        number=number,
        written_by=by,
        written_at=now,
        **sealing.text_columns(session, number, {**asdict(words), "reason": reason}),
    )
    return sealing.open_text(session, text)


def _link(session: Session, linked: Mapping[Student, str]) -> None:
    LinkedPupil.objects.bulk_create(
        LinkedPupil(
            school_id=session.school_id,
            session=session,
            about_id=session.student_id,
            author_id=session.author_id,
            level=session.sensitivity,
            student=student,
            role=role,
        )
        for student, role in linked.items()
    )


@transaction.atomic
def correct_talk(*, session: Session, words: Words, reason: str, by: User, now: datetime) -> SessionText:
    """Add a corrected text with its reason; every earlier version stays readable. Raises CannotChange."""
    locked = _lock(session)
    if locked.withdrawn_at is not None:
        raise CannotChange(_("This entry was taken back and can't be corrected."))
    latest = locked.texts.order_by("-number").first()
    assert latest is not None  # noqa: S101  (log_talk writes number 1 in the same transaction)
    if words == words_of(sealing.open_text(locked, latest)):
        raise CannotChange(_("Nothing was changed."))
    text = _write_text(locked, words, number=latest.number + 1, by=by, now=now, reason=reason)
    _note("session.corrected", session, by=by, number=text.number)
    return text


@transaction.atomic
def withdraw_talk(*, session: Session, by: User, now: datetime) -> Session:
    """Take back an entry just made by mistake, with its follow-ups and their reminders.

    The row stays, marked; after a minute others may have read it, and a correction is the honest way.
    Twice is once. Raises CannotChange.
    """
    locked = _lock(session)
    if locked.withdrawn_at is not None:
        return locked
    if now - locked.recorded_at > UNDO:
        raise CannotChange(_("Too late to undo: others may have read it. Correct the entry instead."))
    locked.withdrawn_at, locked.withdrawn_by = now, by
    locked.save(update_fields=["withdrawn_at", "withdrawn_by"])
    for follow_up in locked.follow_ups.filter(done_at=None, cancelled_at=None):
        follow_ups.cancel(follow_up=follow_up, by=by, now=now)
    _note("session.withdrawn", session, by=by)
    return locked


def _lock(session: Session) -> Session:
    rows = Session.objects.select_for_update(of=("self",)).select_related("student__school")
    return rows.get(pk=session.pk)


@transaction.atomic
def read_texts(*, session: Session, by: User) -> list[SessionText]:
    """Every version of an entry's words, newest first: the one door to a closed entry's body.

    Reading a closed entry leaves an audit event in the same transaction, whoever reads it
    (Regulation on the Protection of Minors Online, art. 36). Secret ones are decrypted here.
    """
    if session.is_closed:
        _note("session.read", session, by=by)
    texts = session.texts.select_related("written_by").order_by("-number")
    return [sealing.open_text(session, text) for text in texts]
