"""The demo's reports: real ones, so they go where a report goes."""

from __future__ import annotations

import pytest

from accounts.models import User
from counselling import access_concerns as access
from counselling.models import Concern
from demo import services
from tests.demo.test_seed import NOW


@pytest.fixture
def district(db) -> dict[str, int]:
    return services.seed_district(pupils=300, seed=3, now=NOW)


def test_the_lead_finds_one_new_report_one_in_hand_and_one_about_a_colleague(district):
    lead, on = User.objects.get(username="lead"), NOW.date()
    new, in_hand = Concern.objects.get(category="home"), Concern.objects.get(category="changed")
    about = Concern.objects.get(category="staff")

    assert set(access.readable_concerns(lead, on=on)) == {new, in_hand, about}
    assert (new.acknowledged_at, in_hand.status) == (None, "looking")
    assert new.reporter == User.objects.get(username="teacher")
    assert not access.visible_concerns(about.about_staff, on=on).exists()
