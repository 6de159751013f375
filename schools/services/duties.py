"""The duty rota: who looks after the boarders, and when."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from schools import access
from schools.models import Duty, School
from schools.services.errors import RefusedError

AHEAD = timedelta(days=200)


def duty_times(day: date, begins: time, ends: time) -> tuple[datetime, datetime]:
    """The two moments of a duty that begins on a day; an end before the beginning is of the next morning."""
    last = day if ends > begins else day + timedelta(days=1)
    zone = timezone.get_default_timezone()
    return datetime.combine(day, begins, tzinfo=zone), datetime.combine(last, ends, tzinfo=zone)


@transaction.atomic
def plan_duty(
    *,
    school: School,
    person: User,
    kind: str,
    starts_at: datetime,
    ends_at: datetime,
    by: User,
    now: datetime,
) -> Duty:
    """Put somebody of the school on duty. Meanwhile they see what a warden sees, so nobody plans themselves.

    Raises RefusedError: for oneself, somebody who doesn't work here, a time that is over, too far ahead or
    too long, and a duty that overlaps another of theirs.
    """
    if person.pk == by.pk:
        raise RefusedError(_("Nobody puts themselves on duty; ask a colleague who may."), "person")
    if ends_at <= now:
        raise RefusedError(_("This duty would be over already."), "day")
    if starts_at - now > AHEAD:
        raise RefusedError(_("That is too far ahead."), "day")
    first_day = max(timezone.localdate(starts_at), timezone.localdate(now))
    working = access.members_of(school).active(first_day).filter(user=person, user__is_active=True)
    if not working.exists():
        raise RefusedError(_("This person doesn't work at the school on that day."), "person")
    try:
        with transaction.atomic():
            duty = Duty.objects.create(
                school=school, user=person, kind=kind, starts_at=starts_at, ends_at=ends_at, planned_by=by
            )
    except IntegrityError as error:
        if "schools_duty_no_overlap" not in str(error):
            raise RefusedError(_("A duty is 24 hours at most."), "ends") from None
        raise RefusedError(_("They are on duty at that time already."), "begins") from None
    audit.record(
        "duty.planned", by=by, target=duty, user_id=person.pk, kind=kind, starts_at=starts_at.isoformat()
    )
    return duty


@transaction.atomic
def cancel_duty(*, duty: Duty, by: User, now: datetime) -> None:
    """Take a duty off the rota; one that is under way ends at once. Raises RefusedError when it is over.

    What has begun stays written: somebody saw children by it.
    """
    locked = Duty.objects.select_for_update().get(pk=duty.pk)
    if locked.ends_at <= now:
        raise RefusedError(_("This duty is over already."))
    audit.record("duty.cancelled", by=by, target=locked, user_id=locked.user_id, begun=locked.starts_at < now)
    if locked.starts_at < now:
        locked.ends_at = now
        locked.save(update_fields=["ends_at"])
    else:
        locked.delete()
