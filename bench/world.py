"""Who asks for what in a made district; prints it as JSON. `python -m bench.world`, run by bench.site."""

from __future__ import annotations

import json
import os
import secrets
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")

import django

django.setup()

from django.db import connection  # noqa: E402  after the settings
from django.db.models import Count  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from bench import people, serving  # noqa: E402
from calls.models import Call  # noqa: E402
from core import tenancy  # noqa: E402
from counselling.models import Session  # noqa: E402
from dormitories.models import Building, Stay  # noqa: E402
from schools.models import School  # noqa: E402
from students.models import Student  # noqa: E402

CLIENTS = 8


def main() -> None:
    with tenancy.program("bench"):
        found_acts = list(acts())
        found = {"pupils": Student.objects.count(), "schools": School.objects.count()}
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            found["postgres"] = cursor.fetchone()[0]
    cookies = {who: [_cookie(who) for _ in range(CLIENTS)] for who in {act["who"] for act in found_acts}}
    for act in found_acts:
        act["cookies"] = cookies[act["who"]]
    print(json.dumps({**found, "acts": found_acts}))


def acts() -> Iterator[dict[str, Any]]:
    """The pages of the issue, in its words; `expect` must stand in the answer."""
    today = timezone.localdate()
    yield _act("floor", "teacher", serving.FLOOR, "529999")
    yield _act("inside", "teacher", serving.INSIDE, "529999")
    teacher = User.objects.get(username="teacher")
    mine = Student.objects.filter(enrolments__school_class__memberships__user=teacher).enrolled(today)
    talked = Session.objects.filter(student__in=mine).values("student").annotate(number=Count("pk"))
    busiest = Student.objects.get(pk=talked.order_by("-number", "student").first()["student"])
    other = mine.exclude(pk=busiest.pk).order_by("pk").first()
    yield _act(
        "finder",
        "counsellor",
        reverse("students:finder"),
        busiest.name,
        fields={"q": busiest.name[:2]},
        live="finder-results",
    )
    yield _act("child_page", "teacher", reverse("students:detail", args=[busiest.public_id]), busiest.name)
    school_class = busiest.enrolments.get(ended_on=None).school_class
    listed = f"{reverse('students:list')}?class={school_class.public_id}"
    yield _act("class_list", "teacher", listed, str(busiest.public_id))
    yield _act(
        "quick_log_save",
        "teacher",
        reverse("counselling:talk_new", args=[other.public_id]),
        "",
        fields=_talk(),
    )
    house = _fullest_house(today)
    yield _act("house_plan", "warden", reverse("dormitories:plan", args=[house.public_id]), house.name)
    yield _act("board", "warden", f"{reverse('calls:board')}?on={_evening(today)}", "<table")
    yield _act("district_page", "official", reverse("dashboards:area", args=["529999"]), "云岭县")


def _act(
    name: str, who: str, path: str, expect: str, *, fields: dict[str, str] | None = None, live: str = ""
) -> dict[str, Any]:
    return {"name": name, "who": who, "path": path, "expect": expect, "fields": fields, "live": live}


def typed(fields: dict[str, str]) -> dict[str, str]:
    """The fields of a form, with an id of its own where one is asked for."""
    return {name: value.replace("{uuid}", str(uuid.uuid4())) for name, value in fields.items()}


def _talk() -> dict[str, str]:
    return {
        "client_id": "{uuid}",
        "happened_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        "line": "Talked about the weekend.",
        "sensitivity": "school",
        "mood": "4",
        "follow_up": "3",
    }


def _first_school() -> School:
    return School.objects.get(code="2152999901")


def _fullest_house(today: date) -> Building:
    stays = Stay.objects.filter(school=_first_school()).active(today)
    house = stays.values("bed__room__building").annotate(number=Count("pk")).order_by("-number").first()
    return Building.objects.get(pk=house["bed__room__building"])


def _evening(today: date) -> date:
    """The fullest evening of the last week."""
    calls = Call.objects.filter(school=_first_school(), stands=True, starts_at__date__lte=today)
    days = calls.filter(starts_at__gte=timezone.now() - timedelta(days=8))
    return (
        days.values("starts_at__date")
        .annotate(number=Count("pk"))
        .order_by("-number")
        .first()["starts_at__date"]
    )


def _cookie(who: str) -> dict[str, str]:
    """A session past the second factor, and what the forms' own protection asks for."""
    client = people.signed_in(User.objects.get(username=who))
    return {"sessionid": client.cookies["sessionid"].value, "csrftoken": secrets.token_hex(16)}


if __name__ == "__main__":
    main()
