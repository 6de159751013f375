"""What a reminder may say aloud: one phrase, the same for every child.

A category is all that a mail or a bell tells of its reason (ui.md: who + category + link only), so its words
must be harmless on a screen that a stranger looks at. They stand in lists and as the subject of a mail.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CATEGORIES: dict[str, Promise] = {
    "follow_up": _("A follow-up is due"),
}


def label(code: str) -> str:
    """The category in the language in force."""
    return str(CATEGORIES[code])
