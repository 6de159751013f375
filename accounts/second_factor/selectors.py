"""Reads about second factors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Q

from accounts import registry
from accounts.models import SheetCode, TotpUse, User
from accounts.second_factor import seeds, totp
from accounts.step_up import PASSKEY, SHEET, TOTP

# A sheet counts once a code of it was used: one that never reached the paper would lock its owner out.
_COUNTS = ~Q(type=SHEET) | Q(data__confirmed=True)


@dataclass(frozen=True)
class Factors:
    """What somebody has set up."""

    app: Authenticator | None
    passkeys: list[Authenticator]
    sheet: Authenticator | None
    codes_left: int

    @property
    def has_strong(self) -> bool:
        return self.app is not None or bool(self.passkeys)


def has_factor(user: User) -> bool:
    """Whether a sign-in of theirs asks for a second factor."""
    return bool(Authenticator.objects.filter(_COUNTS, user=user).exists())


def has_any(user: User) -> bool:
    """Whether there is something to prove, a sheet just printed included."""
    return bool(Authenticator.objects.filter(user=user).exists())


def has_codes(user: User) -> bool:
    """Whether there is something to type: an app's code or a sheet's."""
    return bool(Authenticator.objects.filter(user=user, type__in=[TOTP, SHEET]).exists())


def has_sheet(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user, type=SHEET).exists())


def has_strong_factor(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user, type__in=[TOTP, PASSKEY]).exists())


def has_passkey(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user, type=PASSKEY).exists())


def factors(user: User) -> Factors:
    rows = list(Authenticator.objects.filter(user=user).order_by("created_at", "pk"))
    sheet = next((row for row in rows if row.type == SHEET), None)
    return Factors(
        app=next((row for row in rows if row.type == TOTP), None),
        passkeys=[row for row in rows if row.type == PASSKEY],
        sheet=sheet,
        codes_left=SheetCode.objects.filter(authenticator=sheet, used_at=None).count() if sheet else 0,
    )


def sheet_is_enough(user: User, *, on: date) -> bool:
    """Teachers and wardens may use a printed sheet; who leads, counsels, administers or oversees may not."""
    return not registry.needs_strong_factor(user, on=on)


def opens_with_sheet(user: User, *, on: date) -> bool:
    """Whether a code of a sheet is taken: where more is needed, only as the way to set that up."""
    return sheet_is_enough(user, on=on) or not has_strong_factor(user)


def one_of(user: User, pk: int) -> Authenticator | None:
    """One's own factor."""
    return Authenticator.objects.filter(user=user, pk=min(pk, 2**63 - 1)).first()


def seed_of(app: Authenticator) -> str:
    return seeds.open_(app.data["secret"], bound_to=place_of(app.user_id))


def place_of(user_id: int) -> str:
    """What a closed seed is bound to: copied to somebody else's row, it opens nothing."""
    return f"mfa_authenticator:user:{user_id}"


def demo_code(user: User, *, now: datetime) -> str:
    """The next code that still works for somebody of the demo; "" for everybody else.

    Only asked where settings.SHOW_DEMO_CODES says so, and only rows that the demo itself made carry its mark.
    """
    app = Authenticator.objects.filter(user=user, type=TOTP, data__demo=True).first()
    if app is None:
        return ""
    used: Any = TotpUse.objects.filter(authenticator=app).values_list("last_step", flat=True).first() or 0
    this = totp.step_at(now)
    step = next((one for one in (this, this + 1) if one > used), None)
    return totp.code_at(seed_of(app), step) if step else ""  # both used: half a minute's wait
