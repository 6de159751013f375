"""What most tests of calls begin with: one telephone, open on Monday from six to half past."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from calls.models import CallWindow, Phone
from schools.models import School
from tests import factories


@pytest.fixture
def phone(school: School) -> Phone:
    return factories.make_phone(school, "Hall 1")


@pytest.fixture
def window(school: School, phone: Phone) -> CallWindow:
    """Three slots of ten minutes."""
    return factories.make_call_window(school, to_time=time(18, 30))


@pytest.fixture
def monday() -> date:
    """Of next week by the clock on the wall: pages read it."""
    on = timezone.localdate()
    return on - timedelta(days=on.weekday()) + timedelta(days=7)
