"""Wall time and quiet hours. Pure: no clock is read here and no setting is changed.

Rows hold UTC; people think in the school's wall time. The step between the two is taken once, when a
reminder is planned, with the zone rules known then.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

_MINUTE = timedelta(minutes=1)


def local_zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def to_utc(day: date, at: time, zone: ZoneInfo | None = None) -> datetime:
    """The moment a wall clock shows `at` on `day`.

    A time that the clock skips in spring becomes the next valid minute; one that it shows twice in autumn,
    the first. So a reminder is never lost to a night of clock change, nor sent twice.
    """
    zone = zone or local_zone()
    wall = datetime.combine(day, at).replace(tzinfo=None)
    moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    while moment.astimezone(zone).replace(tzinfo=None) != wall:
        wall = (wall + _MINUTE).replace(second=0, microsecond=0)
        moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return moment


def after_quiet_hours(
    moment: datetime, zone: ZoneInfo | None = None, *, own: tuple[time, time] | None = None
) -> datetime:
    """`moment`, or the end of the quiet hours it falls into (settings.QUIET_HOURS; equal ends: none).

    `own` are a person's own quiet hours, on top of everybody's: the first moment that both allow.
    """
    zone = zone or local_zone()
    start, end = (time.fromisoformat(value) for value in settings.QUIET_HOURS)
    allowed = _after(moment, start, end, zone)
    for _ in range(3):  # the end of one may lie in the other; twice round the clock both have been met
        if own is None or (later := _after(allowed, *own, zone)) == allowed:
            break
        allowed = _after(later, start, end, zone)
    return allowed


def _after(moment: datetime, start: time, end: time, zone: ZoneInfo) -> datetime:
    local = moment.astimezone(zone)
    now = local.time()
    if start <= end:
        return to_utc(local.date(), end, zone) if start <= now < end else moment
    if now >= start:
        return to_utc(local.date() + timedelta(days=1), end, zone)
    return to_utc(local.date(), end, zone) if now < end else moment


def is_quiet(moment: datetime) -> bool:
    return after_quiet_hours(moment) != moment
