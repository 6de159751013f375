"""Every list of calls asks the database the same for one row as for three."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from calls.models import CallReply, CallWindow, ContactAttempt, HomeTask, Phone, Rota
from schools.models import School
from tests import factories
from tests.calls.cast import family, number_of, url
from tests.factories.calls import MONDAY, make_call, make_phone, make_rota

pytestmark = pytest.mark.django_db


@pytest.fixture
def one_more(school: School, school_class: Any, school_admin: Any) -> Callable[[], None]:
    """A call with an attempt and a reply, a task, a parent who waits and a plan; more of each every time."""
    phone, numbers = make_phone(school, "Hall"), iter(range(9))

    def make() -> None:
        number, now = next(numbers), timezone.now()
        child = family(school_class, f"甲{number}", phone=f"1380000010{number}")
        father = factories.make_adult(child, f"父{number}", "father", priority=2)
        factories.make_number(father, f"1390000010{number}")
        call = make_call(child, number_of(child), phone=phone, starts_at=now + timedelta(minutes=11 * number))
        CallReply.objects.create(school=school, call=call, answer="cannot", answered_at=now)
        HomeTask.objects.create(school=school, student=child, call=call, made_at=now)
        ContactAttempt.objects.create(
            school=school, student=child, person=call.person, number=call.number, call=call,
            outcome="no_answer", at=now, by=school_admin, noted_at=now,
        )  # fmt: skip
        make_rota(school, by=school_admin, monday=MONDAY + timedelta(weeks=number), state=Rota.State.WITHDRAWN,
                  withdrawn_at=now)  # fmt: skip

    return make


def addresses(school: School) -> Iterator[str]:
    day = f"?on={timezone.localdate():%Y-%m-%d}"
    yield f"{url('board')}{day}&school={school.public_id}"
    yield url("tasks")
    yield url("waiting")
    yield url("school_week", school.public_id)
    yield url("week_print", school.public_id)
    yield url("rotas", school.public_id)
    yield reverse("students:today")
    yield reverse("api:school_calls", args=[school.public_id])
    yield reverse("api:school_rotas", args=[school.public_id])


@pytest.mark.parametrize("number", range(9))
def test_a_list_asks_the_same_for_one_row_and_three(client, school, school_admin, one_more, number):
    address = list(addresses(school))[number]
    client.force_login(school_admin)

    def asked() -> list[str]:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        found = [query["sql"][:60] for query in seen]
        return [one for one in found if "set_config" not in one and "browsersession" not in one]

    one_more()
    asked()
    one = asked()
    one_more()
    one_more()

    assert len(asked()) == len(one), Counter(asked()) - Counter(one)


def test_no_column_of_a_call_could_hold_what_was_said():
    """Never content, never audio: texts are choices or names of telephones, and there is no file."""
    notes = {(Phone, "name"), (CallWindow, "name")}
    for model in Phone._meta.apps.get_app_config("calls").get_models():
        for field in model._meta.get_fields():
            assert not isinstance(field, models.TextField | models.FileField | models.BinaryField), field
            if isinstance(field, models.CharField) and not field.choices and (model, field.name) not in notes:
                assert model.__name__ == "WindowException", field  # why a day of the telephones differs
