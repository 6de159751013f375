"""The demo's calls home: real plans of real weeks, held, under way and to come."""

from __future__ import annotations

from datetime import date

from calls.models import Call, ContactAttempt, LeftOut, Rota
from demo import services
from tests.demo.test_seed import NOW


def test_two_weeks_were_held_one_is_under_way_and_one_is_to_be_looked_at(db):
    services.seed_district(pupils=300, seed=3, now=NOW)

    weeks = list(Rota.objects.order_by("monday").values_list("monday", "state", "is_optimal"))
    over = Call.objects.filter(stands=True, ends_at__lt=NOW)
    assert weeks == [
        (date(2026, 11, 2), "published", True),
        (date(2026, 11, 9), "published", True),
        (date(2026, 11, 16), "published", True),
        (date(2026, 11, 23), "previewed", True),
    ]
    assert over.filter(state="talked").count() > over.filter(state="missed").count() > 0
    assert not over.filter(state="planned").exists()
    assert Call.objects.filter(state="planned", starts_at__gt=NOW).exists()
    assert Call.objects.filter(state="proposed").exists()
    assert ContactAttempt.objects.filter(outcome="no_answer", minutes=None).exists()
    assert LeftOut.objects.exists()
