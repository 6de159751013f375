"""Telephones, weekly windows and days that differ, as pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from calls.models import CallWindow, Phone, WindowException
from calls.services import phones as phone_services
from core.models import AuditEvent
from schools.services.errors import RefusedError
from tests import factories
from tests.calls.cast import family, number_of, starts, url

pytestmark = pytest.mark.django_db


def test_a_telephone_is_added_and_taken_out_of_use(client, school, school_admin):
    client.force_login(school_admin)

    client.post(url("phone_new", school.public_id), {"name": "Hall 1", "kind": "landline"})
    phone = Phone.objects.get()
    shown = client.get(url("phones", school.public_id))
    client.post(url("phone_end", school.public_id, phone.public_id))

    phone.refresh_from_db()
    assert "Hall 1" in shown.content.decode()
    assert phone.ended_on == timezone.localdate()
    assert set(
        AuditEvent.objects.filter(event__startswith="school_phone.").values_list("event", flat=True)
    ) == {
        "school_phone.added",
        "school_phone.ended",
    }


def test_the_same_name_twice_is_said_beside_the_field_and_kept(client, school, phone, school_admin):
    client.force_login(school_admin)

    response = client.post(url("phone_new", school.public_id), {"name": "Hall 1", "kind": "mobile"})

    assert response.status_code == 422
    assert 'value="Hall 1"' in response.content.decode()
    assert "in use already" in response.content.decode()


def test_a_telephone_with_planned_calls_stays_in_use(
    client, school, school_class, phone, school_admin, monday
):
    student = family(school_class)
    factories.make_call(student, number_of(student), phone=phone, starts_at=starts(monday))
    client.force_login(school_admin)

    response = client.post(url("phone_end", school.public_id, phone.public_id), follow=True)

    phone.refresh_from_db()
    assert phone.ended_on is None
    assert "move or cancel them first" in response.content.decode()


def test_windows_open_on_several_days_at_once(client, school, phone, school_admin):
    client.force_login(school_admin)

    client.post(
        url("window_new", school.public_id),
        {
            "weekdays": [1, 3],
            "from_time": "18:00",
            "to_time": "20:00",
            "slot_minutes": 10,
            "phones": phone.pk,
        },
    )

    found = CallWindow.objects.prefetch_related("phone_links")
    assert [(one.weekday, one.slot_minutes) for one in found] == [(1, 10), (3, 10)]
    assert [link.phone for one in found for link in one.phone_links.all()] == [phone, phone]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"to_time": "17:00"}, "must come after the beginning"),
        ({"from_time": "18:55", "to_time": "19:00"}, "Not one whole call"),
        ({"from_time": "18:20", "to_time": "19:00"}, "overlap a window on Monday"),
        ({"slot_minutes": 3}, "greater than or equal to 5"),
        ({"weekdays": []}, "required"),
        ({"weekdays": [9]}, "not one of the available"),
        ({"from_time": "soon"}, "valid time"),
    ],
)
def test_bad_hours_are_said_and_nothing_is_opened(client, school, window, school_admin, change, said):
    client.force_login(school_admin)
    sent = {"weekdays": [2, 1], "from_time": "18:00", "to_time": "20:00", "slot_minutes": 10} | change

    response = client.post(url("window_new", school.public_id), sent)

    assert response.status_code == 422
    assert said in response.content.decode()
    assert CallWindow.objects.count() == 1


def test_a_window_that_was_in_force_keeps_its_past(client, school, window, school_admin):
    client.force_login(school_admin)

    client.post(url("window_end", school.public_id, window.public_id))

    window.refresh_from_db()
    assert window.ended_on == timezone.localdate() - timedelta(days=1)


def test_a_day_is_closed_and_opened_again(client, school, school_admin, monday):
    client.force_login(school_admin)

    client.post(
        url("exception_new", school.public_id),
        {"on": monday.isoformat(), "kind": "closed", "note": "Sports day"},
    )
    shown = client.get(url("phones", school.public_id)).content.decode()
    client.post(url("exception_remove", school.public_id), {"on": monday.isoformat()})

    assert "Sports day" in shown
    assert WindowException.objects.count() == 0


def test_other_hours_without_hours_are_refused(client, school, school_admin, monday):
    client.force_login(school_admin)

    response = client.post(
        url("exception_new", school.public_id), {"on": monday.isoformat(), "kind": "other_hours"}
    )

    assert response.status_code == 422
    assert "need a beginning" in response.content.decode()


def test_a_day_that_is_over_cant_differ_any_more(school, school_admin):
    today = timezone.localdate()

    with pytest.raises(RefusedError, match="over"):
        phone_services.set_exception(
            school=school,
            on=today - timedelta(days=1),
            kind="closed",
            from_time=None,
            to_time=None,
            slot_minutes=None,
            note="",
            by=school_admin,
            today=today,
        )


def test_the_set_up_costs_the_same_for_one_of_each_and_three(client, school, window, school_admin):
    client.force_login(school_admin)
    address = url("phones", school.public_id)
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for weekday in (2, 3):
        other = factories.make_phone(school)
        factories.make_call_window(school, weekday).phone_links.create(school=school, phone=other)
    with CaptureQueriesContext(connection) as three:
        client.get(address)

    assert len(three) == len(one)
