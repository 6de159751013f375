"""The demo county has counts from its first minute."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.utils import timezone

from dashboards.models import AreaFigure, CountedSchool
from dashboards.services import building
from demo import services
from schools.models import School

pytestmark = pytest.mark.django_db


def test_the_demo_is_counted(db):
    now = datetime(2026, 11, 22, 20, 0, tzinfo=timezone.get_default_timezone())

    services.seed_district(pupils=60, seed=7, now=now)

    assert CountedSchool.objects.count() == School.objects.count() > 0
    shown = AreaFigure.objects.filter(indicator="talk_coverage", state="shown")
    assert shown.values("week").distinct().count() >= building.ALL_WEEKS - 2
