"""Wall time, nights of clock change, quiet hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders import clock

LONDON = ZoneInfo("Europe/London")
SHANGHAI = ZoneInfo("Asia/Shanghai")
moments = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("day", "at", "zone", "expected"),
    [
        (date(2026, 11, 22), time(7, 30), SHANGHAI, utc(2026, 11, 21, 23, 30)),
        (date(2026, 7, 1), time(7, 30), LONDON, utc(2026, 7, 1, 6, 30)),
        # 01:00 to 02:00 doesn't exist: the next valid minute is 02:00 summer time
        (date(2026, 3, 29), time(1, 30), LONDON, utc(2026, 3, 29, 1, 0)),
        (date(2026, 3, 29), time(1, 0, 30), LONDON, utc(2026, 3, 29, 1, 0)),
        # 01:30 happens twice: the first
        (date(2026, 10, 25), time(1, 30), LONDON, utc(2026, 10, 25, 0, 30)),
    ],
)
def test_wall_time_becomes_one_moment(day, at, zone, expected):
    assert clock.to_utc(day, at, zone) == expected


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-11-22 21:59", "2026-11-22 21:59"),
        ("2026-11-22 22:00", "2026-11-23 06:30"),
        ("2026-11-23 03:00", "2026-11-23 06:30"),
        ("2026-11-23 06:29", "2026-11-23 06:30"),
        ("2026-11-23 06:30", "2026-11-23 06:30"),
    ],
)
def test_quiet_hours_end_in_the_morning(local, expected):
    moment = datetime.fromisoformat(local).replace(tzinfo=SHANGHAI)
    assert clock.after_quiet_hours(moment) == datetime.fromisoformat(expected).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("hours", "moved"), [(("12:00", "14:00"), True), (("13:30", "14:00"), False), (("00:00", "00:00"), False)]
)
def test_quiet_hours_may_lie_within_a_day_or_be_none(settings, hours, moved):
    settings.QUIET_HOURS = hours
    at_13 = datetime(2026, 11, 22, 13, 0, tzinfo=SHANGHAI)
    assert clock.is_quiet(at_13) is moved


@given(moments)
def test_after_the_quiet_hours_it_is_never_quiet_and_at_most_one_night_later(moment):
    for zone in (SHANGHAI, LONDON):
        later = clock.after_quiet_hours(moment, zone)
        assert clock.after_quiet_hours(later, zone) == later
        assert timedelta(0) <= later - moment <= timedelta(hours=9, minutes=30)
