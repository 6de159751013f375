"""Break-glass: opening a record for an hour, approving sealed entries, ending, judging, finding a pupil.

Reference: security.md ("Break-glass"), reference/security.md §1.3; DHIS2 does the same without the second
person, the limit or the judgement.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit, limits
from reminders import services as reminder_services
from schools.models import School, SchoolClass
from students import access
from students.models import EmergencyAccess, Student
from students.models.emergency import LIFETIME, SHORTEST_REASON

FRESH = timedelta(minutes=10)
DAY = timedelta(days=1)
A_PERSON_A_DAY = 3
A_SCHOOL_A_DAY = 10
SEARCHES = limits.Window.parse("10/d")
CATEGORY = "emergency"


class RefusedError(Exception):
    """What was asked breaks a rule; the message may be shown beside the field."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@transaction.atomic
def open_record(
    *, student: Student, reason: str, second_factor_at: datetime | None, by: User, now: datetime
) -> EmergencyAccess:
    """Open a pupil's record for an hour; the safeguarding leads are told in the same transaction.

    Who may is decided before (access.get_student_to_open_or_404). Twice is once while the first is open.
    Raises RefusedError: for a reason of fewer than 30 characters, an old second factor, too many uses, and
    where nobody would be there to judge it.
    """
    School.objects.select_for_update().get(pk=student.school_id)  # two at once can't pass the limit together
    standing = EmergencyAccess.objects.in_force(now).filter(student=student, user=by).first()
    if standing is not None:
        return standing
    proven_at = _fresh(second_factor_at, now)
    _check_may_open(student, reason.strip(), by, now)
    used = EmergencyAccess.objects.create(
        school_id=student.school_id,
        student=student,
        user=by,
        reason=reason.strip(),
        second_factor_at=proven_at,
        opened_at=now,
        expires_at=now + LIFETIME,
    )
    audit.record("emergency.opened", by=by, target=used, subject=student)
    for reviewer in access.reviewers_of(used, on=timezone.localdate(now)):
        _tell(used, reviewer, by=by, now=now)
    return used


def _fresh(second_factor_at: datetime | None, now: datetime) -> datetime:
    if second_factor_at is None or not timedelta(0) <= now - second_factor_at <= FRESH:
        raise RefusedError(_("Prove your second factor once more, then send this again."))
    return second_factor_at


def _check_may_open(student: Student, reason: str, by: User, now: datetime) -> None:
    if len(reason) < SHORTEST_REASON:
        text = _("Say in at least %(n)d characters what has happened and why you need the record.")
        raise RefusedError(text % {"n": SHORTEST_REASON}, "reason")
    today = EmergencyAccess.objects.filter(school_id=student.school_id, opened_at__gt=now - DAY)
    mine = today.filter(user=by).count()
    if mine >= A_PERSON_A_DAY or today.count() >= A_SCHOOL_A_DAY:
        raise RefusedError(_("Too many records were opened like this today. Call the safeguarding lead."))
    planned = EmergencyAccess(school_id=student.school_id, student=student, user=by)
    if not access.reviewers_of(planned, on=timezone.localdate(now)):
        raise RefusedError(_("This school has no safeguarding lead who could be told. Ask the head teacher."))


def _tell(used: EmergencyAccess, person: User, *, by: User, now: datetime) -> None:
    """A category and a link: neither the pupil nor the reason leaves the database."""
    reminder_services.plan(
        recipient=person,
        school_id=used.school_id,
        category=CATEGORY,
        about=about(used),
        url_path=reverse("students:emergency", args=[used.public_id]),
        due_at=now,
        by=by,
    )


def about(used: EmergencyAccess) -> str:
    return f"students.emergencyaccess:{used.public_id}"


@transaction.atomic
def approve_sealed(*, used: EmergencyAccess, by: User, now: datetime) -> EmergencyAccess:
    """The second person's word: from now to the end of the hour sealed entries are open too. Twice is once.

    Who may is decided before (access.may_approve). Raises RefusedError for one's own use, and one long over.
    """
    locked = _lock(used)
    if locked.user_id == by.pk:
        raise RefusedError(_("Somebody else must approve it."))
    if locked.ended_at is not None or not locked.opened_at <= now < locked.expires_at:
        raise RefusedError(_("This emergency access is over."))
    if locked.approved_at is None:
        locked.approved_by, locked.approved_at = by, now
        locked.save(update_fields=["approved_by", "approved_at"])
        audit.record("emergency.sealed_approved", by=by, target=locked, user_id=locked.user_id)
    return locked


@transaction.atomic
def end(*, used: EmergencyAccess, by: User, now: datetime) -> EmergencyAccess:
    """Close the record before the hour is over. Twice is once."""
    locked = _lock(used)
    if locked.ended_at is None and now < locked.expires_at:
        locked.ended_at = now
        locked.save(update_fields=["ended_at"])
        audit.record("emergency.ended", by=by, target=locked)
    return locked


@transaction.atomic
def review(*, used: EmergencyAccess, verdict: str, note: str, by: User, now: datetime) -> EmergencyAccess:
    """Judge a use, once: justified, or not and why; what wasn't justified is closed at once.

    Nobody judges their own. Raises RefusedError.
    """
    locked = _lock(used)
    if locked.user_id == by.pk:
        raise RefusedError(_("Nobody judges their own emergency access."))
    if locked.verdict:
        raise RefusedError(_("This use is judged already."))
    if verdict == EmergencyAccess.Verdict.UNJUSTIFIED and not note.strip():
        raise RefusedError(_("Say in a few words why it wasn't justified."), "note")
    locked.verdict, locked.note = verdict, note.strip()
    locked.reviewed_by, locked.reviewed_at = by, now
    locked.save(update_fields=["verdict", "note", "reviewed_by", "reviewed_at"])
    audit.record("emergency.reviewed", by=by, target=locked, verdict=verdict, user_id=locked.user_id)
    reminder_services.cancel(about=about(locked), by=by, now=now)
    return end(used=locked, by=by, now=now) if verdict == EmergencyAccess.Verdict.UNJUSTIFIED else locked


def _lock(used: EmergencyAccess) -> EmergencyAccess:
    return EmergencyAccess.objects.select_for_update().get(pk=used.pk)


@transaction.atomic
def find_pupil(
    *,
    name: str,
    school_class: SchoolClass | None,
    school_number: str,
    schools: list[School],
    by: User,
    now: datetime,
) -> Student | None:
    """The one pupil of these schools with this name in this class, or with this school number; or nobody.

    For somebody who can't see the pupil otherwise: what is typed must be whole and right, two who fit are
    nobody, and each search is written down and counted, so that nobody fishes. Raises RefusedError after ten
    a day.
    """
    if not limits.hit("emergency_search", str(by.pk), SEARCHES, now=now).allowed:
        raise RefusedError(_("That was the last search for today. Call the safeguarding lead."))
    pupils = Student.objects.filter(school__in=schools).select_related("school")
    if school_number.strip():
        pupils = pupils.filter(school_number=school_number.strip())
    else:
        on = timezone.localdate(now)
        whole = unicodedata.normalize("NFC", " ".join(name.split()))
        pupils = pupils.filter(name=whole, enrolments__in=access.present_enrolments(school_class, on=on))
    found = list(pupils.order_by("pk")[:2])
    student = found[0] if len(found) == 1 else None
    audit.record("emergency.searched", by=by, target=student, school_id=schools[0].pk, found=len(found))
    return student
