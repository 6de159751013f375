"""Reporting a concern, adding to it, and reading its words."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from core import audit
from counselling import access_concerns as access
from counselling.models import Concern, ConcernDraft, ConcernReader, ConcernText
from counselling.services import concern_alerts
from counselling.services.concern_words import Words, seal, unseal
from students.models import Student

OWN_WORDS = timedelta(hours=24)  # docs/decisions/0006-concerns.md
OLDEST = timedelta(days=366 * 20)  # what a child tells may lie far back; more is a mistyped date


class CannotReport(Exception):
    """The report breaks a rule. `field` is the form field it belongs to; the message may be shown."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class CannotAdd(Exception):
    """Nothing can be added (any more); the message may be shown."""


@dataclass(frozen=True)
class ConcernDetails:
    """What was chosen beside the words."""

    happened_at: datetime
    category: str
    urgency: int
    told_in_person: bool
    about_staff: User | None = None


@dataclass(frozen=True)
class OpenText:
    """One text of a concern, opened for somebody who may read it."""

    words: Words
    written_by: User
    written_at: datetime


@transaction.atomic
def report_concern(
    *, student: Student, client_id: uuid.UUID, words: Words, details: ConcernDetails, by: User, now: datetime
) -> Concern:
    """Take a report and, in the same transaction, tell those who answer for it; the draft goes.

    Nobody's leave is asked: the law makes each person a reporter (Minors Protection Law art. 11). Without a
    safeguarding lead it goes up the ladder (access_concerns.receivers), so that it can always be made. Who
    reads a report about a colleague is fixed now and by name: a role given later opens nothing. The same
    `client_id` of the same reporter makes one report. Raises CannotReport.
    """
    if earlier := _earlier(by, client_id):
        return _same_report(earlier, student, words)
    _check(student, details, by, now)
    try:
        with transaction.atomic():
            concern = _create(student, client_id, details, by, now)
    except IntegrityError:  # the twin of this submission won the race between our look and our write
        if winner := _earlier(by, client_id):
            return _same_report(winner, student, words)
        raise
    _write(concern, words, client_id=client_id, by=by, now=now)
    role, people = access.receivers(
        student.school, about_staff=details.about_staff, on=timezone.localdate(now)
    )
    if details.about_staff is not None or role != Role.SAFEGUARDING_LEAD:
        name_readers(concern, people, by=by, now=now)
    concern_alerts.tell(concern, [one for one in people if one != by], by=by, now=now)
    ConcernDraft.objects.filter(author=by, client_id=client_id).delete()
    audit.record("concern.reported", by=by, target=concern, readers=len(people))
    return concern


def _earlier(by: User, client_id: uuid.UUID) -> Concern | None:
    return Concern.objects.select_related("school").filter(reporter=by, client_id=client_id).first()


def _same_report(concern: Concern, student: Student, words: Words) -> Concern:
    if concern.student_id != student.pk:
        raise CannotReport("", _("This form was already used for another pupil. Open a new one."))
    first = ConcernText.objects.get(concern=concern, client_id=concern.client_id)
    if unseal(concern, first) != words:
        raise CannotReport("", _("This was sent before, with other words. Open your report to add to it."))
    return concern


def _check(student: Student, details: ConcernDetails, by: User, now: datetime) -> None:
    if details.happened_at > now:
        raise CannotReport("happened_at", _("This moment is still to come. When did it happen?"))
    if details.happened_at < now - OLDEST:
        raise CannotReport("happened_at", _("This is more than 20 years ago. Is the date right?"))
    accused = details.about_staff
    if accused is None:
        return
    if accused.pk == by.pk:
        raise CannotReport("about_staff", _("A report about yourself goes by another colleague."))
    there = access.staff([student.school_id], on=timezone.localdate(now))
    if not there.filter(pk=accused.pk).exists():
        raise CannotReport("about_staff", _("They don't work in this pupil's school."))


def _create(
    student: Student, client_id: uuid.UUID, details: ConcernDetails, by: User, now: datetime
) -> Concern:
    return Concern.objects.create(
        school=student.school,
        student=student,
        reporter=by,
        client_id=client_id,
        happened_at=details.happened_at,
        recorded_at=now,
        category=details.category,
        urgency=details.urgency,
        told_in_person=details.told_in_person,
        about_staff=details.about_staff,
    )


def _write(concern: Concern, words: Words, *, client_id: uuid.UUID, by: User, now: datetime) -> ConcernText:
    return ConcernText.objects.create(
        school_id=concern.school_id,
        concern=concern,
        client_id=client_id,
        sealed=seal(concern, client_id, words),
        written_by=by,
        written_at=now,
    )


def name_readers(concern: Concern, people: list[User], *, by: User | None, now: datetime) -> None:
    """Give the concern to these people by name; part of a report and of concern_handling.reroute_orphans."""
    for person in people:
        ConcernReader.objects.create(
            school_id=concern.school_id,
            concern=concern,
            user=person,
            kind=ConcernReader.Kind.ROUTED,
            granted_at=now,
            granted_by=by,
        )


@transaction.atomic
def add_text(*, concern: Concern, client_id: uuid.UUID, words: Words, by: User, now: datetime) -> ConcernText:
    """Add to a report: its reporter what they learnt since, a reader what they did. Those who answer for it
    are told. The same `client_id` makes one addition. Raises CannotAdd.
    """
    if earlier := ConcernText.objects.filter(concern=concern, client_id=client_id, written_by=by).first():
        return earlier
    if concern.is_closed:
        raise CannotAdd(_("This report is closed. Make a new one, so that somebody looks at it."))
    text = _write(concern, words, client_id=client_id, by=by, now=now)
    told = [one for one in access.handlers(concern, on=timezone.localdate(now)) if one != by]
    concern_alerts.tell_once(concern, told, by=by, now=now)
    audit.record("concern.added_to", by=by, target=concern)
    return text


@transaction.atomic
def read_text(*, concern: Concern, by: User, now: datetime) -> list[OpenText]:
    """The words of a concern, the oldest first: the one door to them. Every reading leaves an audit event in
    the same transaction (Regulation on the Protection of Minors Online, art. 36).

    A reader gets all of it. A reporter gets what they wrote themselves within the last 24 hours, to see that
    it arrived and to add what is missing; later nothing, since most read on computers that others use too.
    """
    texts = ConcernText.objects.filter(concern=concern).select_related("written_by")
    reads = access.reading_reason(by, concern, on=timezone.localdate(now)) is not None
    if not reads:
        texts = texts.filter(written_by=by, written_at__gt=now - OWN_WORDS)
    found = list(texts.order_by("written_at", "pk"))
    if found:
        audit.record("concern.read", by=by, target=concern, own=not reads)
    return [OpenText(unseal(concern, text), text.written_by, text.written_at) for text in found]
