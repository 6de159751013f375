"""What the set-up page shows: telephones, weekly windows, days that differ."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch

from calls.models import CallWindow, Phone, WindowException, WindowPhone
from schools.models import School

DAYS_SHOWN = 60


@dataclass(frozen=True)
class Setup:
    phones: list[Phone]
    windows: list[CallWindow]
    exceptions: list[WindowException]


def setup(school: School, *, on: date) -> Setup:
    """What is in use on a day or later; four queries."""
    links = Prefetch("phone_links", WindowPhone.objects.select_related("phone").order_by("phone__position"))
    windows = CallWindow.objects.filter(school=school, ended_on=None).prefetch_related(links)
    exceptions = WindowException.objects.filter(school=school, on__gte=on).order_by("on")
    return Setup(phones_in_use(school), list(windows), list(exceptions[:DAYS_SHOWN]))


def phones_in_use(school: School) -> list[Phone]:
    return list(Phone.objects.filter(school=school, ended_on=None))
