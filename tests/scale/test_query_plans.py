"""The most used pages at 100,000 pupils, under row security: no plan reads a table of pupils or entries whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from core import tenancy

# The tables of pupils and entries, which hold 100,000 rows and more here. An empty table is read whole by any plan.
FILLED = {
    "students_student",
    "students_enrolment",
    "students_finderkey",
    "counselling_session",
    "counselling_sessiontext",
}

PAGES: dict[str, tuple[Role, str, dict[str, str]]] = {
    "today": (Role.HOMEROOM_TEACHER, "students:today", {}),
    "today of the lead": (Role.SAFEGUARDING_LEAD, "students:today", {}),
    "finder": (Role.COUNSELLOR, "students:finder", {"q": "zhang 12"}),
    "finder by name": (Role.SCHOOL_ADMIN, "students:finder", {"q": "张"}),
    "children": (Role.SCHOOL_ADMIN, "students:list", {}),
    "child": (Role.HOMEROOM_TEACHER, "students:detail", {}),
    "child, read by the counsellor": (Role.COUNSELLOR, "students:detail", {}),
    "quick log": (Role.HOMEROOM_TEACHER, "counselling:talk_new", {}),
    "pick a child": (Role.WARDEN, "counselling:pick", {}),
    "promises": (Role.HOMEROOM_TEACHER, "counselling:follow_ups", {}),
    "nobody has written about": (Role.HOMEROOM_TEACHER, "counselling:quiet", {}),
    "school": (Role.SCHOOL_ADMIN, "schools:detail", {}),
    "members": (Role.SCHOOL_ADMIN, "schools:school_members", {}),
    "audit": (Role.SAFEGUARDING_LEAD, "schools:school_audit", {}),
    "schools of the district": (Role.DISTRICT_OFFICIAL, "schools:overview", {}),
    "pupils for programs": (Role.COUNSELLOR, "/api/v1/students/", {}),
}


@pytest.fixture(autouse=True)
def _one_transaction(district, django_db_blocker) -> Iterator[None]:
    """What a page writes (that it was opened) is taken back."""
    with django_db_blocker.unblock(), tenancy.use(tenancy.current_token()), transaction.atomic():
        yield
        transaction.set_rollback(True)


def address(name: str, district: Any) -> str:
    if name.startswith("/"):
        return name
    objects = {
        "students:detail": [district.student.public_id],
        "counselling:talk_new": [district.student.public_id],
        "schools:detail": [district.school.public_id],
        "schools:school_members": [district.school.public_id],
        "schools:school_audit": [district.school.public_id],
    }
    return reverse(name, args=objects.get(name, []))


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def whole_reads(statement: str) -> list[str]:
    """The growing tables that a statement's plan reads from end to end."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
        (found,) = cursor.fetchone()
    plan = found if isinstance(found, list) else json.loads(found)
    return [
        node["Relation Name"]
        for node in nodes(plan[0]["Plan"])
        if node["Node Type"] in {"Seq Scan", "Parallel Seq Scan"} and node["Relation Name"] in FILLED
    ]


@pytest.mark.parametrize("page", list(PAGES))
def test_no_page_reads_a_table_of_pupils_or_entries_whole(page: str, district) -> None:
    role, name, query = PAGES[page]
    user = district.users[role]
    client = Client()
    client.force_login(user)
    client.get("/me/")  # what happens once a sign-in has happened

    with CaptureQueriesContext(connection) as captured:
        response = client.get(address(name, district), query)

    assert response.status_code == 200
    statements = [one["sql"].rpartition("true); ")[2] for one in captured.captured_queries]
    reads = [one for one in statements if one.startswith(("SELECT", "WITH")) and "FROM" in one]
    assert reads
    with tenancy.acting(user, "plans"):
        found = {one: tables for one in reads if (tables := whole_reads(one))}
    assert found == {}


def test_the_plan_of_a_forgotten_filter_still_uses_the_school(district) -> None:
    """`Student.objects.all()` under row security reads one school by its index, not the district."""
    with tenancy.acting(district.users[Role.COUNSELLOR], "plans"):
        assert whole_reads("SELECT * FROM students_student") == []
        assert whole_reads("SELECT count(*) FROM counselling_session") == []
