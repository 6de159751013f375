"""The week and its plan, as pages and for programs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from calls.models import Call, Rota
from calls.services import rota as rota_services
from core.models import AuditEvent
from tests import factories
from tests.calls.cast import family, number_of, starts, url

pytestmark = pytest.mark.django_db


def test_a_week_is_worked_out_looked_at_and_published(
    client, school, school_class, window, school_admin, monday, django_capture_on_commit_callbacks
):
    student = family(school_class)
    nobody = factories.make_student(school_class, "李无号", boarding="boarder")
    client.force_login(school_admin)

    with django_capture_on_commit_callbacks(execute=True):
        client.post(
            url("rotas", school.public_id),
            {"monday": monday.isoformat(), "audience": "boarders", "per_week": 1},
        )
    rota = Rota.objects.get()
    rota_services.solve_rota(rota_id=rota.pk, on=timezone.localdate(), now=timezone.now())
    preview = client.get(url("rota", rota.public_id)).content.decode()
    published = client.post(url("rota_publish", rota.public_id), follow=True).content.decode()

    assert student.name in preview
    assert "1 of 2" in preview
    assert nobody.name in preview
    assert "No confirmed telephone number" in preview
    assert student.name in published
    assert Call.objects.get().state == Call.State.PLANNED


def test_while_it_is_worked_out_the_page_shows_how_far_it_is(client, school, school_admin):
    rota = factories.make_rota(school, by=school_admin, state=Rota.State.SOLVING)
    rota_services.RotaProgress.objects.create(school=school, rota=rota, done=1, total=5)
    client.force_login(school_admin)

    page = client.get(url("rota", rota.public_id)).content.decode()
    piece = client.get(
        url("rota", rota.public_id), headers={"HX-Request": "true", "HX-Target": "rota-progress"}
    ).content.decode()

    assert "being worked out" in page
    assert 'id="rota-progress"' in piece
    assert "<html" not in piece


def test_what_hinders_the_plan_is_said_on_the_form(client, school, school_admin, monday):
    client.force_login(school_admin)

    response = client.post(
        url("rotas", school.public_id),
        {"monday": monday.isoformat(), "audience": "boarders", "per_week": 2},
    )

    assert response.status_code == 422
    assert "no telephone in use" in response.content.decode()


@pytest.mark.parametrize("monday_sent", ["", "soon", "2026-02-31", "1999-01-04"])
def test_a_week_that_isnt_on_offer_is_refused(client, school, window, school_admin, monday_sent):
    client.force_login(school_admin)

    response = client.post(
        url("rotas", school.public_id), {"monday": monday_sent, "audience": "boarders", "per_week": 1}
    )

    assert response.status_code == 422


def test_a_class_teacher_sees_their_own_pupils_and_of_others_only_that_a_place_is_taken(
    client, school, school_class, other_class, window, phone, homeroom_teacher, monday
):
    own = family(school_class, "王小雨")
    other = family(other_class, "李明", phone="13800138001")
    factories.make_call(own, number_of(own), phone=phone, starts_at=starts(monday))
    factories.make_call(other, number_of(other), phone=phone, starts_at=starts(monday, 10))
    client.force_login(homeroom_teacher)

    page = client.get(f"{url('week')}?day={monday.isoformat()}").content.decode()

    assert "王小雨" in page
    assert "Taken" in page
    assert "李明" not in page
    assert "李妈" not in page


@pytest.mark.parametrize(("who", "may_move"), [("homeroom_teacher", True), ("lead", False)])
def test_who_may_only_look_at_the_week_is_offered_no_way_to_change_it(
    client, request, school_class, window, phone, monday, who, may_move
):
    student = family(school_class, "王小雨")
    call = factories.make_call(student, number_of(student), phone=phone, starts_at=starts(monday))
    client.force_login(request.getfixturevalue(who))

    page = client.get(f"{url('week')}?day={monday.isoformat()}").content.decode()

    assert "王小雨" in page
    assert (url("call_move", call.public_id) in page) is may_move


def test_the_day_costs_the_same_for_one_call_and_three(
    client, school, school_class, window, phone, school_admin, monday
):
    client.force_login(school_admin)
    address = f"{url('school_week', school.public_id)}?day={monday.isoformat()}"
    first = family(school_class, "李一")
    factories.make_call(first, number_of(first), phone=phone, starts_at=starts(monday))
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for number in (1, 2):
        student = family(school_class, f"王{number}", phone=f"1380013801{number}")
        factories.make_call(student, number_of(student), phone=phone, starts_at=starts(monday, 10 * number))
    with CaptureQueriesContext(connection) as three:
        client.get(address)

    assert len(three) == len(one)


def test_the_plan_costs_the_same_for_one_left_out_and_three(
    client, school, school_class, window, school_admin
):
    rota = factories.make_rota(school, by=school_admin)
    factories.make_left_out(rota, factories.make_student(school_class, "李一"))
    client.force_login(school_admin)
    client.get(url("rota", rota.public_id))
    with CaptureQueriesContext(connection) as one:
        client.get(url("rota", rota.public_id))
    for name in ("李二", "李三"):
        factories.make_left_out(
            rota,
            factories.make_student(school_class, name),
            reason="taken",
            params={
                "slots": 1,
                "places": 3,
                "larger": 1,
                "least_waited": 9,
            },
        )
    with CaptureQueriesContext(connection) as three:
        page = client.get(url("rota", rota.public_id)).content.decode()

    assert len(three) == len(one)
    assert "All 3 places that the family could have" in page
    assert "at least 9 days" in page


@pytest.mark.parametrize("day", ["2026-13-01", "soon", "0001-01-01", "9999-12-31", ""])
def test_a_day_that_is_none_shows_today(client, school, school_admin, day):
    client.force_login(school_admin)

    response = client.get(url("week"), {"day": day})

    assert response.status_code == 200


def test_the_week_on_paper_is_noted(client, school, school_class, window, phone, school_admin, monday):
    student = family(school_class)
    factories.make_call(student, number_of(student), phone=phone, starts_at=starts(monday))
    client.force_login(school_admin)

    page = client.get(f"{url('week_print', school.public_id)}?day={monday.isoformat()}").content.decode()

    assert student.name in page
    assert "Hall 1" in page
    assert "13800138000" not in page
    assert AuditEvent.objects.get(event="rota.printed").school_id == school.pk


# --- for programs --------------------------------------------------------------------------------------


def test_programs_read_the_calls_of_the_pupils_they_see(
    client, school, school_class, other_class, window, phone, homeroom_teacher, monday
):
    own, other = family(school_class), family(other_class, "李明", phone="13800138001")
    factories.make_call(own, number_of(own), phone=phone, starts_at=starts(monday))
    factories.make_call(other, number_of(other), phone=phone, starts_at=starts(monday, 10))
    client.force_login(homeroom_teacher)
    address = reverse("api:school_calls", args=[school.public_id])

    (found,) = client.get(address).json()["results"]
    later = client.get(address, {"since": (monday + timedelta(days=1)).isoformat()}).json()["results"]
    misspelt = client.get(address, {"sinse": "2026-01-01"})

    assert found["students"] == [{"id": str(own.public_id), "name": own.name}]
    assert found["state"] == "planned"
    assert later == []
    assert misspelt.status_code == 400
    for impossible in ("0001-01-01", "9999-12-31", "2026-02-30"):
        assert client.get(address, {"until": impossible}).status_code == 400


def test_programs_read_a_plan_and_whom_it_leaves_out(client, school, school_class, school_admin):
    rota = factories.make_rota(school, by=school_admin)
    student = factories.make_student(school_class)
    factories.make_left_out(rota, student, waited_days=12)
    client.force_login(school_admin)

    (listed,) = client.get(reverse("api:school_rotas", args=[school.public_id])).json()["results"]
    found = client.get(reverse("api:rota", args=[rota.public_id])).json()

    assert listed["id"] == found["id"] == str(rota.public_id)
    assert found["left_out"] == [
        {
            "student": {"id": str(student.public_id), "name": student.name},
            "reason": "no_number",
            "params": {},
            "waited_days": 12,
        }
    ]
