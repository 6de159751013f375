"""Letting a named colleague read one entry, and taking that back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from counselling import access
from counselling.models import EntryGrant, Session
from counselling.models.session import SHAREABLE


class CannotShare(Exception):
    """The entry can't be shared like this; the message may be shown."""


def name_readers(*, session: Session, users: Iterable[User], by: User, now: datetime) -> None:
    """Name the first readers of an entry, inside the transaction that logs it and after its checks."""
    grants = [_grant(session, user, by, now) for user in users]
    if not grants:
        return
    EntryGrant.objects.bulk_create(grants)
    audit.record(
        "session.named",
        by=by,
        target=session,
        subject=session.student,
        sensitivity=session.sensitivity,
        users=[grant.user_id for grant in grants],
    )


def first_named(session: Session) -> set[int]:
    """Whom the author named when the entry was saved."""
    if session.sensitivity not in SHAREABLE:
        return set()
    first = session.grants.filter(granted_by_id=session.author_id, granted_at=session.recorded_at)
    return set(first.values_list("user_id", flat=True))


@transaction.atomic
def share(*, session: Session, user: User, by: User, now: datetime) -> EntryGrant:
    """Let one colleague who works with the pupil read this entry until it is taken back. Twice is once.

    Raises CannotShare.
    """
    if session.sensitivity not in SHAREABLE or session.withdrawn_at is not None:
        raise CannotShare(_("Only restricted and sealed entries are shared with single colleagues."))
    on = timezone.localdate(now)
    if not access.nameable(session.student, author=session.author, on=on).filter(pk=user.pk).exists():
        raise CannotShare(_("Name colleagues who work with this pupil."))
    standing = EntryGrant.objects.filter(session=session, user=user, revoked_at=None)
    if (earlier := standing.first()) is not None:
        return earlier
    try:
        with transaction.atomic():
            made = _grant(session, user, by, now)
            made.save(force_insert=True)
    except IntegrityError:  # the same click twice at once
        return standing.get()
    audit.record(
        "session.shared",
        by=by,
        target=session,
        subject=session.student,
        sensitivity=session.sensitivity,
        user=user.pk,
    )
    return made


@transaction.atomic
def unshare(*, session: Session, user: User, by: User, now: datetime) -> None:
    """Take a colleague's reading back: it ends with their next request. Twice is once.

    Raises CannotShare for the last reader of a sealed entry.
    """
    Session.objects.select_for_update().filter(pk=session.pk, author=by).first()
    standing = EntryGrant.objects.filter(session=session, revoked_at=None)
    grant = standing.filter(user=user).first()
    if grant is None:
        return
    if session.sensitivity == Session.Sensitivity.SEALED and standing.count() == 1:
        raise CannotShare(_("Name somebody else first: a sealed entry needs a second reader."))
    grant.revoked_at, grant.revoked_by = now, by
    grant.save(update_fields=["revoked_at", "revoked_by"])
    audit.record(
        "session.unshared",
        by=by,
        target=session,
        subject=session.student,
        sensitivity=session.sensitivity,
        user=user.pk,
    )


def _grant(session: Session, user: User, by: User, now: datetime) -> EntryGrant:
    return EntryGrant(
        school_id=session.school_id,
        session=session,
        student_id=session.student_id,
        author_id=session.author_id,
        level=session.sensitivity,
        user=user,
        granted_by=by,
        granted_at=now,
    )
