"""What a reminder may say aloud: one word, the same for every child.

A category is all that a mail or a bell tells of its reason (ui.md: who + category + link only), so a label
must be harmless on a screen that a stranger looks at.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Category:
    """`label` stands in lists and as the subject of a mail."""

    label: Promise
    icon: str


CATEGORIES: dict[str, Category] = {
    "follow_up": Category(label=_("A follow-up is due"), icon="calendar-due"),
}


def label(code: str) -> str:
    """The category in the language in force."""
    return str(CATEGORIES[code].label)
