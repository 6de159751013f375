"""What tests of break-glass share."""

from __future__ import annotations

from django.utils import timezone

from accounts import step_up
from accounts.models import User
from students.services import emergencies

REASON = "She ran out of the gate crying and her grandmother can't be reached."


def at(user: User, moment) -> User:
    """The person as a request at this moment has them."""
    again = User.objects.get(pk=user.pk)
    again.seen_at = moment
    return again


def open_record(student, user, now, **more):
    return emergencies.open_record(
        **{"student": student, "reason": REASON, "second_factor_at": now, "by": user, "now": now, **more}
    )


def grow_old(client) -> None:
    """The second factor, which signing in has just proven, was proven a quarter of an hour ago."""
    session = client.session
    session[step_up.SESSION_KEY] = {**session[step_up.SESSION_KEY], "at": timezone.now().timestamp() - 900}
    session.save()
