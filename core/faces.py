"""The five moods of the quick log: drawn, and always in words. 1 is very low, 5 is very good."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Face:
    label: str | Promise
    mouth: str  # an SVG path inside a 24 × 24 face


FACES = {
    "1": Face(pgettext_lazy("mood", "Very low"), "M8 17c1-2.4 2.4-3.2 4-3.2s3 .8 4 3.2"),
    "2": Face(pgettext_lazy("mood", "Low"), "M8.5 16.2c1-1.2 2.2-1.6 3.5-1.6s2.5.4 3.5 1.6"),
    "3": Face(pgettext_lazy("mood", "So-so"), "M8.5 15.2h7"),
    "4": Face(pgettext_lazy("mood", "Good"), "M8.5 14.4c1 1.2 2.2 1.6 3.5 1.6s2.5-.4 3.5-1.6"),
    "5": Face(pgettext_lazy("mood", "Very good"), "M7.5 13.6c.8 2.6 2.6 3.8 4.5 3.8s3.7-1.2 4.5-3.8z"),
}
