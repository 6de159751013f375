"""The demo's calls home: real plans of real weeks, held, under way and to come."""

from __future__ import annotations

from datetime import date, datetime

from calls.models import Call, ContactAttempt, LeftOut, Rota
from demo import services
from tests.demo.test_seed import NOW


def test_the_weeks_up_to_the_next_are_published_on_a_sunday_and_one_is_to_be_looked_at(db):
    services.seed_district(pupils=300, seed=3, now=NOW)

    weeks = list(Rota.objects.order_by("monday").values_list("monday", "state", "is_optimal"))
    over = Call.objects.filter(stands=True, ends_at__lt=NOW, rota__isnull=False)
    assert weeks == [
        (date(2026, 11, 2), "published", True),
        (date(2026, 11, 9), "published", True),
        (date(2026, 11, 16), "published", True),
        (date(2026, 11, 23), "published", True),
        (date(2026, 11, 30), "previewed", True),
    ]
    assert over.filter(state="talked").count() > over.filter(state="missed").count() > 0
    assert not over.filter(state="planned").exists()
    assert Call.objects.filter(state="planned", starts_at__gt=NOW).exists()
    assert Call.objects.filter(state="proposed").exists()
    assert ContactAttempt.objects.filter(outcome="no_answer", minutes=None).exists()
    assert LeftOut.objects.exists()
    taken_off = Call.objects.filter(stands=False, reason="parent")
    assert set(taken_off.values_list("state", flat=True)) >= {"cancelled"}
    assert Call.objects.filter(rota=None, starts_at__lt=datetime(2026, 1, 1, tzinfo=NOW.tzinfo)).exists()
