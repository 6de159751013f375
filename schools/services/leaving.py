"""Leaving ends access the same minute: sessions, API token, and what the database lets somebody see."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef
from rest_framework.authtoken.models import Token

from accounts import services as account_services
from accounts.models import BrowserSession, User
from core import tenancy
from schools.models import Membership


def works_anywhere(user: User, *, on: date) -> bool:
    """Whether somebody holds any role on a day: also in schools that whoever asks can't see."""
    with tenancy.program("schools.leaving"):
        return Membership.objects.active(on).filter(user=user).exists()


@transaction.atomic
def end_access_if_gone(*, user: User, by: User | None, on: date) -> bool:
    """After a role has ended: who holds none any more is signed out with the next request.

    The account stays: the person may be invited anew, and what they wrote stays theirs.
    """
    if works_anywhere(user, on=on):
        return False
    account_services.end_access(user=user, by=by)
    return True


def end_access_of_leavers(*, on: date) -> int:
    """The sweep: sign out whoever is signed in, or has an API token, and holds no role on this day.

    A last day ends with its day, and access asks the day at each request already: this ends what is left.
    """
    signed_in = BrowserSession.objects.filter(user=OuterRef("pk"))
    tokens = Token.objects.filter(user=OuterRef("pk"))
    roles = Membership.objects.active(on).filter(user=OuterRef("pk"))
    leavers = User.objects.filter(Exists(signed_in) | Exists(tokens)).exclude(Exists(roles))
    gone = 0
    for user in leavers.order_by("pk"):
        gone += end_access_if_gone(user=user, by=None, on=on)
    return gone
