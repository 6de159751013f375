"""What a reminder may say aloud: one phrase, the same for every child.

A category is all that a mail or a bell tells of its reason (ui.md: who + category + link only), so its words
must be harmless on a screen that a stranger looks at. They stand in lists and as the subject of a mail.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CATEGORIES: dict[str, Promise] = {
    "follow_up": _("A follow-up is due"),
    "concern": _("Something was reported to you"),
    "concern_private": _("Something was reported to you"),
    "emergency": _("An access needs your look"),
    "unusual_reads": _("The weekly list of unusual reads is ready"),
    "second_factor": _("Your way of signing in has changed"),
    "home_task": _("Nobody at home was reached"),
    "call_day": _("A call from school tomorrow"),
    "call_hour": _("A call from school soon"),
    "roll_gap": _("A roll call needs your look"),
    "leave_late": _("A leave needs your look"),
    "new_browser": _("Your account was signed in to by a new browser"),
}

# Not even those who watch over delivery are told of these: what it is about may be one of them.
PRIVATE = frozenset({"concern_private"})

# A child who can't be found doesn't wait for the morning: no quiet hours (ui.md: "except emergencies").
URGENT = frozenset({"roll_gap", "leave_late"})


def label(code: str) -> str:
    """The category in the language in force."""
    return str(CATEGORIES[code])
