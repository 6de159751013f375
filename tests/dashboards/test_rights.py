"""Rights are held in an area: somebody who publishes for one county may only look at another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import step_up
from accounts.models import User
from accounts.permissions import Perm
from accounts.roles import OF_AREAS, Role, roles_with
from dashboards.models import Release, StatutoryReturn
from schools.models import Area, Membership
from tests import factories
from tests.factories import district

pytestmark = pytest.mark.django_db


@pytest.fixture
def elsewhere(county: Area) -> Area:
    """Before our county by its code: whoever took the first area of all would take this."""
    return factories.make_area("519901", level="province", name="Elsewhere County")


@pytest.fixture
def client(officer: User, elsewhere: Area) -> Client:
    """Publishes for our county, looks at the other."""
    factories.make_membership(officer, Role.DISTRICT_OFFICIAL, area=elsewhere)
    client = Client()
    client.force_login(officer)
    return client


def offered(answer: Any) -> list[str]:
    return [code for code, _name in answer.context["form"].fields["area"].choices]


@pytest.mark.parametrize("name", ["dashboards:ask_release", "dashboards:returns"])
def test_the_forms_offer_only_areas_of_this_right(client, county, elsewhere, name):
    url = reverse(name)
    typed = {"area": elsewhere.code, "period": "2026-09-01", "definition": "education"}
    typed |= {"counted_on": "2026-10-31", "reference": "Letter 41"}

    assert offered(client.get(url)) == [county.code]
    assert client.post(url, typed).status_code == 422
    assert not Release.objects.exists()
    assert not StatutoryReturn.objects.exists()


def test_what_is_being_checked_is_seen_only_where_one_publishes(client, officer, county, elsewhere):
    asked = {
        area.pk: district.make_release(area, by=officer, state=Release.State.ASKED)
        for area in (county, elsewhere)
    }
    answers = {
        pk: client.get(reverse("dashboards:release", args=[release.public_id])).status_code
        for pk, release in asked.items()
    }

    assert answers == {county.pk: 200, elsewhere.pk: 404}


def test_ones_own_return_is_gone_with_the_right_to_draw_it_up(client, officer, county):
    made = district.make_return(
        county, by=officer, state="made", made_at=datetime(2026, 11, 3, tzinfo=UTC), content=b"x"
    )
    url = reverse("dashboards:return_file", args=[made.public_id])
    assert client.post(url).status_code == 200

    held = Membership.objects.filter(user=officer, role=Role.STATISTICS_OFFICER)
    held.update(role=Role.DISTRICT_OFFICIAL, started_on=timezone.localdate())

    assert client.post(url).status_code == 404
    assert client.get(reverse("dashboards:returns")).status_code == 403


def test_the_page_of_ones_own_area_is_not_the_first_of_all(official, county, elsewhere):
    client = Client()
    client.force_login(official)

    page = client.get(reverse("dashboards:district")).content.decode()

    assert county.name in page
    assert elsewhere.name not in page


def test_an_official_is_shown_no_way_to_what_only_officers_do(official, officer, county):
    doors = {reverse("dashboards:ask_release"), reverse("dashboards:returns")}
    shown = {}
    for user in (official, officer):
        client = Client()
        client.force_login(user)
        page = client.get(reverse("dashboards:published")).content.decode()
        shown[user.username] = {door for door in doors if f'href="{door}"' in page}

    assert shown == {"official": set(), "officer": doors}


def test_every_role_of_an_area_and_no_other_sees_its_counts():
    assert set(roles_with(Perm.DISTRICT_VIEW)) == set(OF_AREAS)
    assert set(OF_AREAS) <= set(roles_with(Perm.SCHOOL_VIEW))


def test_exact_counts_ask_for_the_second_factor_again(officer, county):
    made = district.make_return(
        county, by=officer, state="made", made_at=datetime(2026, 11, 3, tzinfo=UTC), content=b"x"
    )
    client = Client()
    client.force_login(officer)
    session = client.session
    long_ago = (timezone.now() - timedelta(minutes=11)).timestamp()
    session[step_up.SESSION_KEY] = session[step_up.SESSION_KEY] | {"at": long_ago}
    session.save()

    for answer in (
        client.get(reverse("dashboards:returns")),
        client.post(reverse("dashboards:return_file", args=[made.public_id])),
    ):
        assert (answer.status_code, answer.content) == (302, b"")
        assert answer["Location"].startswith((reverse("mfa_step_up"), reverse("mfa_index")))
