"""Telephones, weekly windows and the days that differ."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from calls.models import Call, CallWindow, Phone, WindowException, WindowPhone
from calls.services import turns
from core import audit
from schools.models import School
from schools.services.errors import RefusedError

AHEAD = timedelta(days=400)


@transaction.atomic
def add_phone(*, school: School, name: str, kind: str, by: User | None, on: date) -> Phone:
    """Take a telephone into use from a day on. Raises RefusedError when one in use has that name."""
    position = Phone.objects.filter(school=school).count()
    try:
        with transaction.atomic():
            phone = Phone.objects.create(
                school=school, name=name, kind=kind, position=position, started_on=on
            )
    except IntegrityError:
        raise RefusedError(_("A telephone of this name is in use already."), "name") from None
    audit.record("school_phone.added", by=by, target=phone, kind=kind)
    return phone


@transaction.atomic
def end_phone(*, phone: Phone, by: User, on: date, now: datetime) -> None:
    """Take a telephone out of use after a day. Raises RefusedError while calls are planned on it.

    They are moved or cancelled first: nobody should ring a telephone that isn't there.
    """
    locked = Phone.objects.select_for_update().get(pk=phone.pk)
    if locked.ended_on is not None:
        raise RefusedError(_("This telephone is out of use already."))
    if Call.objects.filter(phone=locked, state=Call.State.PLANNED, starts_at__gte=now).exists():
        raise RefusedError(_("Calls are planned on this telephone: move or cancel them first."))
    locked.ended_on = on
    locked.save(update_fields=["ended_on"])
    audit.record("school_phone.ended", by=by, target=locked)


@transaction.atomic
def add_windows(
    *,
    school: School,
    weekdays: Iterable[int],
    from_time: time,
    to_time: time,
    slot_minutes: int,
    phones: Iterable[Phone],
    by: User | None,
    on: date,
) -> list[CallWindow]:
    """Open the telephones each week on some weekdays, from a day on; without `phones` all of them.

    All of it or nothing. Raises RefusedError for hours that go backwards, hold no whole slot or overlap
    another window.
    """
    _check_hours(from_time, to_time, slot_minutes)
    serving = list(phones)
    windows = []
    for weekday in weekdays:
        window = _add_window(
            CallWindow(
                school=school,
                weekday=weekday,
                from_time=from_time,
                to_time=to_time,
                slot_minutes=slot_minutes,
                started_on=on,
            )
        )
        WindowPhone.objects.bulk_create(
            WindowPhone(school=school, window=window, phone=phone) for phone in serving
        )
        audit.record("call_window.added", by=by, target=window, weekday=weekday)
        windows.append(window)
    return windows


def _add_window(window: CallWindow) -> CallWindow:
    try:
        with transaction.atomic():
            window.save()
    except IntegrityError as error:
        if not turns.is_clash(error):
            raise
        said = _("These hours overlap a window on %(day)s.") % {"day": window.get_weekday_display()}
        raise RefusedError(said, "from_time") from None
    return window


def _check_hours(from_time: time, to_time: time, slot_minutes: int) -> None:
    length = (to_time.hour - from_time.hour) * 60 + to_time.minute - from_time.minute
    if length <= 0:
        raise RefusedError(_("The end must come after the beginning."), "to_time")
    if length < slot_minutes:
        raise RefusedError(_("Not one whole call fits into these hours."), "slot_minutes")


@transaction.atomic
def end_window(*, window: CallWindow, by: User, on: date) -> None:
    """Close a window after a day; calls that are planned in it stay. Raises RefusedError when it's closed."""
    locked = CallWindow.objects.select_for_update().get(pk=window.pk)
    if locked.ended_on is not None:
        raise RefusedError(_("This window is closed already."))
    if locked.started_on >= on:
        locked.delete()  # it never was in force on a day that is over
    else:
        locked.ended_on = on - timedelta(days=1)
        locked.save(update_fields=["ended_on"])
    audit.record("call_window.ended", by=by, target=window, school_id=window.school_id)


@transaction.atomic
def set_exception(
    *,
    school: School,
    on: date,
    kind: str,
    from_time: time | None,
    to_time: time | None,
    slot_minutes: int | None,
    note: str,
    by: User,
    today: date,
) -> WindowException:
    """Say that a day is closed or has other hours; saying it again replaces what was said.

    Raises RefusedError for a day that is over or far ahead, and for other hours that aren't whole.
    """
    if on < today:
        raise RefusedError(_("This day is over."), "on")
    if on - today > AHEAD:
        raise RefusedError(_("That is too far ahead."), "on")
    if kind == WindowException.Kind.CLOSED:
        from_time = to_time = slot_minutes = None
    elif from_time is None or to_time is None or slot_minutes is None:
        raise RefusedError(_("Other hours need a beginning, an end and the minutes a call."), "from_time")
    else:
        _check_hours(from_time, to_time, slot_minutes)
    found, _created = WindowException.objects.update_or_create(
        school=school,
        on=on,
        defaults={
            "kind": kind,
            "from_time": from_time,
            "to_time": to_time,
            "slot_minutes": slot_minutes,
            "note": note,
        },
    )
    audit.record("call_exception.set", by=by, target=found, on=str(on), kind=kind)
    return found


@transaction.atomic
def remove_exception(*, exception: WindowException, by: User) -> None:
    """Let the weekly windows hold again on that day."""
    audit.record("call_exception.removed", by=by, target=exception, on=str(exception.on))
    exception.delete()
