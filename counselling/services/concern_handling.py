"""What those who answer for a concern do: seen, being looked into, closed; and who else may read it."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from counselling import access_concerns as access
from counselling.models import Concern, ConcernReader
from counselling.selectors import concerns as selectors
from counselling.services import concern_alerts, concerns


class CannotShare(Exception):
    """This colleague can't be given it; the message may be shown."""


@transaction.atomic
def acknowledge(*, concern: Concern, by: User, now: datetime) -> Concern:
    """Say "I have seen it": the alerts of everybody end. Twice is once, and the first name stands."""
    locked = _lock(concern)
    if locked.acknowledged_at is None:
        _see(locked, by, now)
        locked.save(update_fields=["acknowledged_at", "acknowledged_by"])
    return locked


@transaction.atomic
def look_into(*, concern: Concern, by: User, now: datetime) -> Concern:
    """Say that somebody is at it, also again after it was closed; whoever says so has seen it."""
    locked = _lock(concern)
    if locked.status == Concern.Status.LOOKING:
        return locked
    _see(locked, by, now)
    locked.status = Concern.Status.LOOKING
    locked.closed_at, locked.closed_by, locked.outcome = None, None, ""
    _save_status(locked)
    audit.record("concern.looked_into", by=by, target=locked)
    return locked


@transaction.atomic
def close(*, concern: Concern, outcome: str, by: User, now: datetime) -> Concern:
    """End it with the kind of outcome that its reporter may see. Closed already: it stays as it was."""
    locked = _lock(concern)
    if locked.is_closed:
        return locked
    _see(locked, by, now)
    locked.status = Concern.Status.CLOSED
    locked.closed_at, locked.closed_by, locked.outcome = now, by, outcome
    _save_status(locked)
    audit.record("concern.closed", by=by, target=locked, outcome=outcome)
    return locked


def _lock(concern: Concern) -> Concern:
    return Concern.objects.select_for_update(of=("self",)).select_related("school").get(pk=concern.pk)


def _see(concern: Concern, by: User, now: datetime) -> None:
    if concern.acknowledged_at is not None:
        return
    concern.acknowledged_at, concern.acknowledged_by = now, by
    concern_alerts.withdraw(concern, by=by, now=now)
    audit.record("concern.acknowledged", by=by, target=concern)


def _save_status(concern: Concern) -> None:
    fields = ["status", "acknowledged_at", "acknowledged_by", "closed_at", "closed_by", "outcome"]
    concern.save(update_fields=fields)


@transaction.atomic
def share(*, concern: Concern, colleague: User, by: User, now: datetime) -> ConcernReader:
    """Let one named colleague read one concern, until it is taken back. Raises CannotShare.

    Never the colleague it is about: the answer is the same as for a stranger, so that trying tells nothing.
    """
    on = timezone.localdate(now)
    if not access.staff_but_accused(concern, on=on).filter(pk=colleague.pk).exists():
        raise CannotShare(_("Choose somebody who works in this school."))
    if colleague in access.readers(concern, on=on):
        raise CannotShare(_("They can read it already."))
    try:
        with transaction.atomic():
            made = ConcernReader.objects.create(
                school_id=concern.school_id,
                concern=concern,
                user=colleague,
                kind=ConcernReader.Kind.SHARED,
                granted_at=now,
                granted_by=by,
            )
    except IntegrityError:
        raise CannotShare(_("They can read it already.")) from None
    concern_alerts.tell_share(made, by=by, now=now)
    audit.record("concern.shared", by=by, target=concern, user_id=colleague.pk)
    return made


@transaction.atomic
def unshare(*, share: ConcernReader, by: User, now: datetime) -> ConcernReader:
    """Take back a share: closed to them with their next request. Twice is once."""
    locked = ConcernReader.objects.select_for_update(of=("self",)).get(pk=share.pk)
    if locked.revoked_at is not None:
        return locked
    locked.revoked_at, locked.revoked_by = now, by
    locked.save(update_fields=["revoked_at", "revoked_by"])
    concern_alerts.withdraw_share(share, by=by, now=now)
    audit.record("concern.unshared", by=by, target=share.concern, user_id=locked.user_id)
    return locked


@transaction.atomic
def reroute_orphans(*, now: datetime) -> int:
    """Give open concerns that nobody can read any more to the next on the ladder; returns how many found one.

    The last reader may leave, and a school may get its first lead only after a report was made.
    """
    on, found = timezone.localdate(now), 0
    for concern in selectors.orphans(on=on):
        _role, people = access.receivers(concern.school, about_staff=concern.about_staff, on=on)
        if people:
            concerns.name_readers(concern, people, by=None, now=now)
            concern_alerts.tell(concern, people, by=None, now=now)
            audit.record("concern.rerouted", by=None, target=concern, readers=len(people))
            found += 1
    return found
