"""Whoever signs in to the demo finds something on every page that is theirs."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from calls.models import CallReply, HomeTask, Rota
from dashboards.models import AreaFigure, Release, StatutoryReturn
from demo import services
from dormitories.models import AllocationPlan, Building, Leave, RollCall, Rule
from schools.models import School

# The pages and what each shows: a fact of the demo, not a heading of the program.
PAGES: dict[str, dict[str, list[str]]] = {
    "teacher": {
        "students:today": ["waits for your answer"],
        "dormitories:houses": ["小学女生楼"],
        "dormitories:leaves?show=waiting": ["For some hours"],
        "calls:week": [":"],
        "calls:waiting": ["Mother"],
        "calls:tasks": [],  # of so few pupils none of the class may have been missed
    },
    "paired": {"students:today": [], "dormitories:houses": ["小学女生楼"], "calls:week": [":"]},
    "counsellor": {"students:today": [], "dormitories:houses": ["小学女生楼"], "calls:waiting": ["Mother"]},
    "lead": {"students:today": [], "dormitories:rules": ["Keep apart"], "dormitories:houses": ["小学女生楼"]},
    "warden": {
        "students:today": ["not back, due"],
        "dormitories:rolls": ["小学女生楼"],
        "dormitories:rolls_earlier": ["closed by"],
        "dormitories:leaves?show=out": ["For some hours", "Overnight"],
        "calls:board": [],
    },
    "admin": {
        "students:today": [],
        "dormitories:houses": ["小学女生楼", "初中男生楼"],
        "dormitories:rules": ["Stays in this bed"],
        "dormitories:bed_plans": ["Waits for approval"],
        "calls:week": [":"],
    },
    "head": {
        "students:today": ["not back, due"],
        "dormitories:rolls": ["小学女生楼"],
        "dormitories:bed_plans": ["Waits for approval"],
    },
    "official": {
        "students:today": [],
        "dashboards:district": ["青石乡中心学校"],
        "dashboards:published": ["云岭县"],
    },
    "officer": {"dashboards:published": ["云岭县"], "dashboards:returns": ["民政"]},
}


@pytest.fixture
def district(db) -> datetime:
    now = timezone.localtime()
    services.seed_district(pupils=600, seed=7, now=now)
    User.objects.update(language="en")  # the demo speaks Chinese; the facts below are asked in English
    return now


def test_every_sign_in_finds_the_new_pages_filled(district: datetime):
    empty = []
    for username, pages in PAGES.items():
        client = Client()
        client.force_login(User.objects.get(username=username))
        for page, facts in pages.items():
            name, _, query = page.partition("?")
            response = client.get(f"{reverse(name)}?{query}", follow=True)
            text = response.content.decode()
            missing = [fact for fact in facts if fact not in text]
            if response.status_code != 200 or missing:
                empty.append((username, page, response.status_code, missing))
    assert empty == []
    _the_first_school_runs_a_week(district)
    _the_district_has_a_year()


def _the_first_school_runs_a_week(now: datetime) -> None:
    school = School.objects.get(code="2152999901")
    assert Building.objects.filter(school=school).count() == 4
    assert Building.objects.values("school").distinct().count() >= 5
    assert set(Rule.objects.filter(school=school).values_list("kind", flat=True)) >= {
        *("keep_apart", "keep_together", "pinned", "ground_floor", "near_warden", "lower_bunk", "buddy"),
        *("spread", "grade_span"),
    }
    plan = AllocationPlan.objects.get(school=school)
    assert (plan.state, plan.after["broken"]) == ("ready", 0)
    assert plan.places.exclude(reason="").exists()
    assert Leave.objects.filter(school=school).late(now).count() == 1
    assert RollCall.objects.filter(school=school).exclude(closed_at=None).count() > 60
    assert Rota.objects.filter(school=school, state="published").count() >= 3
    assert CallReply.objects.filter(answer="confirmed").exists()
    assert HomeTask.objects.filter(school=school, done_at=None).exists()


def _the_district_has_a_year() -> None:
    county = AreaFigure.objects.filter(area_name="云岭县")
    weeks = county.values("week").distinct().count()
    shown = county.filter(value__isnull=False).values("indicator", "week").distinct().count()
    assert weeks == 54
    assert shown > 54 * 4
    assert Release.objects.get().state == "released"
    assert StatutoryReturn.objects.get().rows == 6
