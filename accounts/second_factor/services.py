"""Writes about second factors: adding, using, removing. Each change is audited and told to the person."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts import registry
from accounts import services as account_services
from accounts.models import SheetCode, TotpUse, User
from accounts.second_factor import seeds, selectors, sheet, totp
from accounts.step_up import PASSKEY, SHEET, TOTP
from core import audit

CHANGED = "second_factor"  # reminders.categories
LONGEST_NAME = 40
MOST_PASSKEYS = 5


class WrongCodeError(Exception):
    """The code isn't right, was used before, or isn't taken here. The message may be shown."""


class RefusedError(Exception):
    """A rule speaks against the change. The message may be shown."""


# --- proving ----------------------------------------------------------------------------------


@sensitive_variables("code", "typed")
def use_code(*, user: User, code: str, now: datetime) -> str:
    """Use up a code of the app or of the sheet; returns the kind of factor. Raises WrongCodeError.

    Which it is, its shape tells. Used once is used up, however many ask at the same moment: one UPDATE finds
    the row or doesn't.
    """
    typed = sheet.read(code)
    if typed.isdigit() and _use_app_code(user, typed, now):
        return TOTP
    if _takes_sheet(user, typed, now) and _use_sheet_code(user, typed, now):
        return SHEET
    note_failure(user=user)
    raise WrongCodeError(_("This code isn't right, or it was used before."))


def _takes_sheet(user: User, typed: str, now: datetime) -> bool:
    return sheet.is_code(typed) and selectors.opens_with_sheet(user, on=timezone.localdate(now))


def note_failure(*, user: User) -> None:
    """Write down that somebody with the password couldn't prove the factor (ASVS 5.0.0 V16.3.1)."""
    audit.record("user.factor_failed", by=None, target=user)


def _use_app_code(user: User, code: str, now: datetime) -> bool:
    app = Authenticator.objects.filter(user=user, type=TOTP).first()
    if app is None or len(code) != totp.DIGITS:
        return False
    steps = totp.matching_steps(selectors.seed_of(app), code, now=now)
    if not any(_mark_step(app, step) for step in steps):
        return False
    _note_use(app, now)
    return True


def _mark_step(app: Authenticator, step: int) -> bool:
    """Raise the replay mark; false when this step or a later one was used already."""
    return TotpUse.objects.filter(authenticator=app, last_step__lt=step).update(last_step=step) == 1


def _use_sheet_code(user: User, code: str, now: datetime) -> bool:
    own = Authenticator.objects.filter(user=user, type=SHEET).first()
    if own is None:
        return False
    hashed = sheet.hashed(code, salt=own.data["salt"], hasher=own.data["hasher"])
    if not SheetCode.objects.filter(authenticator=own, code_hash=hashed, used_at=None).update(used_at=now):
        return False
    if not own.data["confirmed"]:
        own.data["confirmed"] = True
        own.save(update_fields=["data"])
    _note_use(own, now)
    return True


def _note_use(factor: Authenticator, now: datetime) -> None:
    Authenticator.objects.filter(pk=factor.pk).update(last_used_at=now)


@transaction.atomic
def use_passkey(*, factor: Authenticator, now: datetime) -> str:
    """Note that a passkey, whose answer the view has verified, was used."""
    _note_use(factor, now)
    return PASSKEY


# --- adding -----------------------------------------------------------------------------------


@sensitive_variables("seed", "code")
@transaction.atomic
def add_app(*, user: User, seed: str, code: str, by: User, now: datetime) -> Authenticator:
    """Keep an app's seed once a code shows that the app has it; it takes the place of an earlier one.

    Raises WrongCodeError.
    """
    steps = totp.matching_steps(seed, code, now=now)
    if not steps:
        raise WrongCodeError(_("This isn't the code that the app shows now."))
    Authenticator.objects.filter(user=user, type=TOTP).delete()
    closed = seeds.close(seed, bound_to=selectors.place_of(user.pk))
    app = Authenticator.objects.create(
        user=user, type=TOTP, data={"secret": closed}, created_at=now, last_used_at=now
    )
    TotpUse.objects.create(authenticator=app, last_step=steps[-1])
    _changed("user.factor_added", user, kind=TOTP, by=by, now=now)
    return app


@transaction.atomic
def add_passkey(
    *, user: User, name: str, credential: dict[str, Any], by: User, now: datetime
) -> Authenticator:
    """Keep a passkey whose answer the view has verified. Raises RefusedError above five of them."""
    User.objects.select_for_update().get(pk=user.pk)
    if Authenticator.objects.filter(user=user, type=PASSKEY).count() >= MOST_PASSKEYS:
        raise RefusedError(_("Five passkeys are enough: remove one first."))
    key = Authenticator.objects.create(
        user=user,
        type=PASSKEY,
        data={"name": name[:LONGEST_NAME], "credential": credential},
        created_at=now,
        last_used_at=now,
    )
    _changed("user.factor_added", user, kind=PASSKEY, by=by, now=now)
    return key


@transaction.atomic
def print_sheet(*, user: User, by: User, now: datetime) -> list[str]:
    """A new sheet for oneself; an earlier one is worth nothing then. Returns the codes, this once.

    It counts as a factor from the first code used on. Raises RefusedError where a sheet isn't enough.
    """
    if not selectors.sheet_is_enough(user, on=timezone.localdate(now)):
        raise RefusedError(_("Your role needs a passkey or an app: a sheet isn't enough."))
    return _new_sheet(user, confirmed=False, by=by, now=now)


def _new_sheet(user: User, *, confirmed: bool, by: User | None, now: datetime) -> list[str]:
    Authenticator.objects.filter(user=user, type=SHEET).delete()
    codes, salt, hasher = sheet.new_codes(), sheet.new_salt(), sheet.hasher()
    made = Authenticator.objects.create(
        user=user,
        type=SHEET,
        data={"salt": salt, "hasher": hasher, "confirmed": confirmed},
        created_at=now,
    )
    SheetCode.objects.bulk_create(
        SheetCode(authenticator=made, code_hash=sheet.hashed(code, salt=salt, hasher=hasher))
        for code in codes
    )
    _changed("user.factor_added", user, kind=SHEET, by=by, now=now)
    return codes


# --- removing ---------------------------------------------------------------------------------


@transaction.atomic
def remove(*, user: User, factor: Authenticator, by: User, now: datetime) -> None:
    """Take one's own factor away. Raises RefusedError for the last one that is enough."""
    User.objects.select_for_update().get(pk=user.pk)
    left = Authenticator.objects.filter(user=user).exclude(pk=factor.pk)
    strong = left.filter(type__in=[TOTP, PASSKEY]).exists()
    printed = left.filter(type=SHEET, data__confirmed=True).exists()
    enough = strong or (printed and selectors.sheet_is_enough(user, on=timezone.localdate(now)))
    if not enough and not (factor.type == SHEET and not factor.data["confirmed"]):
        raise RefusedError(_("This is your last one: set up another first."))
    kind = factor.type
    factor.delete()
    _changed("user.factor_removed", user, kind=kind, by=by, now=now)


@transaction.atomic
def reset(*, user: User, by: User | None, now: datetime) -> list[str]:
    """Take away factors that somebody lost and hand over a new sheet. Returns its codes, this once.

    Who asks is looked in the face first (docs/how-to/second-factor.md). With the sheet alone, roles that need
    more get no further than setting that up. Sessions and the API token end with it.
    """
    Authenticator.objects.filter(user=user).delete()
    codes = _new_sheet(user, confirmed=True, by=by, now=now)
    account_services.end_access(user=user, by=by)
    audit.record("user.factors_reset", by=by, target=user)
    return codes


def _changed(event: str, user: User, *, kind: str, by: User | None, now: datetime) -> None:
    audit.record(event, by=by, target=user, kind=kind)
    registry.tell(
        user,
        category=CHANGED,
        about=f"accounts.factor:{uuid.uuid4()}",
        url_path=reverse("mfa_index"),
        by=by,
        now=now,
    )
