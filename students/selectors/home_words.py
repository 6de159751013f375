"""What the facts of a home are called on a page. No word here names a child by what they count as."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from students.left_behind.definitions import Status
from students.left_behind.facts import Answer

WHEREABOUTS: dict[str, Promise] = {
    "away": _("Away"),
    "home": _("Not away"),
    "dead": _("Has died"),
    "not_collected": _("Whether away: not collected"),
}
DEFINITIONS: dict[str, Promise] = {
    "civil_affairs": _("Civil affairs, 2016"),
    "education": _("Education statistics"),
}
ANSWERS: dict[str, Promise] = {
    Answer.YES: _("Counted"),
    Answer.NO: _("Not counted"),
    Answer.NOT_COLLECTED: _("Not collected"),
}
REASONS: dict[str, Promise] = {
    "both_away": _("Both parents are away for work."),
    "one_away_other_unable": _("One parent is away for work, the other isn't able to be a guardian."),
    "one_away_other_dead": _("One parent is away for work, the other has died."),
    "both_away_three_months": _("Both parents have been away for work for three months or more."),
    "one_away_three_months": _("A parent has been away for work for three months or more."),
    "too_old": _("The child is 16 or older."),
    "not_school_age": _("The child isn't of the age for compulsory education."),
    "not_rural": _("The household isn't registered as rural."),
    "both_dead": _("Both parents have died."),
    "able_parent_at_home": _("A parent who is able to be a guardian is at home."),
    "nobody_away": _("No parent is away for work."),
    "away_too_short": _("No parent has been away for work for three months yet."),
    "not_collected": _("Something that matters here isn't collected yet:"),
}
MISSING: dict[str, Promise] = {
    "rural": _("household registration"),
    "father_away": _("whether the father is away, and why"),
    "mother_away": _("whether the mother is away, and why"),
    "father_able": _("whether the father is able to be a guardian"),
    "mother_able": _("whether the mother is able to be a guardian"),
}


@dataclass(frozen=True)
class Counted:
    """One definition's answer in words."""

    definition: Promise
    answer: Promise
    reason: Promise
    missing: list[Promise]
    version: str


def counted(statuses: dict[str, Status]) -> list[Counted]:
    """Each definition's answer in words, in the order of the definitions."""
    return [
        Counted(
            name,
            ANSWERS[statuses[key].answer],
            REASONS[statuses[key].reason],
            [MISSING[one] for one in statuses[key].missing],
            statuses[key].version,
        )
        for key, name in DEFINITIONS.items()
    ]
