"""Second factors as a person would have them set up."""

from __future__ import annotations

from datetime import UTC, datetime

from allauth.mfa.models import Authenticator
from django.utils import timezone

from accounts.models import SheetCode, TotpUse, User
from accounts.second_factor import seeds, selectors, sheet, totp

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def make_app(user: User, *, seed: str = SEED) -> Authenticator:
    """An authenticator app that has shown no code yet."""
    closed = seeds.close(seed, bound_to=selectors.place_of(user.pk))
    app = Authenticator.objects.create(user=user, type="totp", data={"secret": closed})
    TotpUse.objects.create(authenticator=app, last_step=0)
    return app


def code_of(now: datetime | None = None, *, seed: str = SEED, later: int = 0) -> str:
    """What that app shows; `later` steps of 30 seconds on."""
    return totp.code_at(seed, totp.step_at(now or timezone.now()) + later)


def make_sheet(user: User, *, confirmed: bool = True) -> list[str]:
    """A printed sheet; returns its codes as the paper holds them."""
    codes, salt = sheet.new_codes(), sheet.new_salt()
    data = {"salt": salt, "hasher": sheet.hasher(), "confirmed": confirmed}
    made = Authenticator.objects.create(
        user=user, type="recovery_codes", data=data, created_at=datetime(2026, 9, 1, tzinfo=UTC)
    )
    SheetCode.objects.bulk_create(
        SheetCode(authenticator=made, code_hash=sheet.hashed(code, salt=salt, hasher=sheet.hasher()))
        for code in codes
    )
    return [sheet.shown(code) for code in codes]
