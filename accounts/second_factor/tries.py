"""Counting wrong codes, so that nobody guesses one and nobody locks anybody else out.

Who comes here knows the password already. A code of an app is one of a million and three are good at a time,
so tries are few; a sheet's code can't be guessed, and a passkey's answer isn't counted at all.

Tries count by person and place: an address, or a browser where this person has signed in before
(accounts.browsers; it spares no code). A stranger elsewhere, password in hand, uses up the stranger's tries
and not the person's. Over all places together they are bounded too, known browsers aside.
"""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest

from accounts import browsers
from accounts.models import User
from core import limits

HERE = limits.Window(5, 5 * 60)
ANYWHERE = limits.Window(50, 60 * 60)


def take(request: HttpRequest, user: User, *, guessable: bool, now: datetime) -> bool:
    """Count one try; false when it may not be made. What can't be guessed is counted in its place alone."""
    place, known = _place(request, user)
    here = limits.hit("factor-here", place, HERE, now=now).allowed
    if not here or known or not guessable:
        return here
    return limits.hit("factor-anywhere", str(user.pk), ANYWHERE, now=now).allowed


def forgive(request: HttpRequest, user: User, *, guessable: bool) -> None:
    """A right code: what was counted here is forgotten."""
    place, known = _place(request, user)
    limits.clear("factor-here", place)
    if guessable and not known:
        limits.refund("factor-anywhere", str(user.pk), ANYWHERE)


def _place(request: HttpRequest, user: User) -> tuple[str, bool]:
    token = browsers.token_in(request)
    if browsers.find(user_id=user.pk, token=token):
        return f"{user.pk}|browser|{token}", True
    return f"{user.pk}|address|{limits.address_of(request)}", False
