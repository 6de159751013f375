"""Invented counties: schools of all sizes, and how their pupils come and go from period to period."""

from __future__ import annotations

import random

from dashboards.disclosure import tables
from dashboards.disclosure.tables import Group

_STAGES = [("primary",), ("junior",), ("primary", "junior")]
_SHARE = {"boarder": 1.0, "day": 0.7, "not_collected": 0.1}


def make(rng: random.Random, schools: int) -> dict[Group, int]:
    """A point school of three children stands beside a central school of two hundred."""
    counts = {}
    for school in range(1, schools + 1):
        size = rng.choice([0.4, 1, 3, 8])
        for group in tables.groups_of(school, stages=rng.choice(_STAGES)):
            mean = size * 5 * _SHARE[group.boarding]
            counts[group] = 0 if rng.random() < 0.15 else int(rng.expovariate(1 / mean))
    return counts


def next_period(rng: random.Random, counts: dict[Group, int]) -> dict[Group, int]:
    """Most groups stay as they were: the hardest case, since the same children are shown again."""
    return {
        group: max(0, count + rng.choice([-2, -1, 1, 2])) if rng.random() < 0.25 else count
        for group, count in counts.items()
    }
