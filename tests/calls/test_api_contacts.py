"""Contacts with home for programs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.models import ContactAttempt
from tests.api_client import ROOT, as_program, pointers, post, queries
from tests.calls.cast import family, number_of


@pytest.fixture
def child(school_class):
    return family(school_class)


def path(child):
    return f"/students/{child.public_id}/contacts/"


def body(child, **changes):
    at = timezone.now() - timedelta(minutes=5)
    return {
        "person": str(number_of(child).person.public_id),
        "channel": "visit",
        "outcome": "talked",
        "minutes": 20,
        "at": at.isoformat(),
    } | changes


def test_a_contact_is_noted_and_listed(child, warden):
    made = post(as_program(warden), path(child), body(child))
    assert (made.status_code, made.json()["outcome"]) == (201, "talked")
    listed = as_program(warden).get(ROOT + path(child)).json()["results"]
    assert [(one["person"], one["minutes"]) for one in listed] == [("王妈", 20)]
    assert set(listed[0]) == {"id", "person", "channel", "outcome", "minutes", "at"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"person": "0199a000-0000-7000-8000-000000000001"}, "person"),
        ({"outcome": "wrong_number"}, "outcome"),
        ({"minutes": 0}, "minutes"),
        ({"at": "0001-01-01T00:00:00Z"}, "at"),
        ({"at": "2199-01-01T00:00:00Z"}, "at"),
    ],
)
def test_what_is_wrong_is_named(child, warden, changes, field):
    answer = post(as_program(warden), path(child), body(child, **changes))
    assert (answer.status_code, pointers(answer)) == (422, {f"#/{field}"})
    assert ContactAttempt.objects.count() == 0


@pytest.mark.parametrize(("who", "status"), [("counsellor", 403), ("stranger", 404), ("official", 404)])
def test_only_those_who_run_the_calls_note_one(child, who, status, request):
    person = request.getfixturevalue(who)
    assert post(as_program(person), path(child), body(child)).status_code == status


def test_the_list_costs_the_same_however_long(child, warden):
    found = []
    for number in (1, 3):
        while ContactAttempt.objects.count() < number:
            post(as_program(warden), path(child), body(child))
        found.append(queries(warden, path(child)))
    assert found[0] == found[1]
