"""The second factor of the demo's people: an app whose seed everybody may know, like the password.

Under settings.local the code step shows the code such an app would show (SHOW_DEMO_CODES): one tap more, and
newcomers see how it works without a telephone at hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from allauth.mfa.models import Authenticator

from accounts.models import TotpUse, User
from accounts.second_factor import seeds, selectors
from accounts.step_up import TOTP

SEED = "KITELINEDEMOKITELINEDEMOKITELINE"


def enrol(users: Iterable[User], *, now: datetime) -> None:
    """Give each of them an app. `demo` marks the rows for which the code step may show the code."""
    apps = Authenticator.objects.bulk_create(
        Authenticator(
            user=user,
            type=TOTP,
            data={"secret": seeds.close(SEED, bound_to=selectors.place_of(user.pk)), "demo": True},
            created_at=now,
        )
        for user in users
    )
    TotpUse.objects.bulk_create(TotpUse(authenticator=app, last_step=0) for app in apps)
