"""The indicators of the district page, as data: what each counts, of whom, in what unit, from where, and why.

None of them counts what children do or suffer: more reports are often the better practice, so there is no
league of concerns here (domain.md §5.1). What is about children (PUBLISHED) is never shown by week.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Unit(StrEnum):
    PER_CENT = "per_cent"
    PER_HUNDRED = "per_hundred"
    DAYS = "days"
    PUPILS = "pupils"


@dataclass(frozen=True)
class Indicator:
    """`more_is_better` None: neither. `source` is the rule or practice that asks for it."""

    code: str
    name: Promise | str
    definition: Promise | str
    unit: Unit
    source: Promise | str
    more_is_better: bool | None = True
    on_tile: bool = False


INDICATORS = (
    Indicator(
        "talk_coverage",
        _("Talked with in 30 days"),
        _("Of all pupils, how many had at least one talk of their own in the last 30 days."),
        Unit.PER_CENT,
        _("Pairing schemes of schools: a talk at least monthly."),
        on_tile=True,
    ),
    Indicator(
        "parent_contact",
        _("Talked with home in 7 days"),
        _("Of all boarders, how many talked with somebody at home in the last 7 days, by whatever way."),
        Unit.PER_CENT,
        _("Minors Protection Law, article 23: at least once a week."),
        on_tile=True,
    ),
    Indicator(
        "parent_contact_days",
        _("Days since the last talk with home"),
        _("Half of the boarders have waited this many days or fewer. More than 30 days, or never, is 31."),
        Unit.DAYS,
        _("Minors Protection Law, article 23."),
        more_is_better=False,
    ),
    Indicator(
        "follow_ups_overdue",
        _("Follow-ups overdue"),
        _("Of all open follow-ups, how many are past the day they were promised for."),
        Unit.PER_CENT,
        _("Follow-ups carry a day and an owner."),
        more_is_better=False,
        on_tile=True,
    ),
    Indicator(
        "beds_per_boarder",
        _("Beds for 100 boarders"),
        _("Beds in order in houses that are open, for every 100 boarders."),
        Unit.PER_HUNDRED,
        _("Ministry of Education and four others, 2013: one standard bed for each boarder."),
        on_tile=True,
    ),
    Indicator(
        "rolls_on_time",
        _("Rolls closed on time"),
        _("Of the evening rolls opened in the week, how many were closed within 30 minutes."),
        Unit.PER_CENT,
        _("A roll that is open after 30 minutes is told to the head teacher."),
        on_tile=True,
    ),
    Indicator(
        "calls_planned",
        _("Boarders with a call planned"),
        _("Of all boarders, how many had a call home in the plan of the week."),
        Unit.PER_CENT,
        _("Ministry of Education, 2021: the school provides for calls home."),
    ),
    Indicator(
        "calls_reached",
        _("Calls that reached somebody"),
        _("Of the week's planned calls whose time is over, in how many somebody at home was talked with."),
        Unit.PER_CENT,
        _("Minors Protection Law, article 23."),
        on_tile=True,
    ),
    Indicator(
        "file_complete",
        _("Files complete"),
        _("Of all pupils, of how many it is known whether they board and whether their parents are away."),
        Unit.PER_CENT,
        _("Civil affairs, 2016: 'not collected' is a value of its own."),
    ),
)
# Left-behind pupils by sex × stage × boarding under each definition: counted every week, and shown only as
# what dashboards.disclosure publishes by month. Definition → code of the count.
LEFT_BEHIND = {"civil_affairs": "left_behind_civil_affairs", "education": "left_behind_education"}
PUBLISHED = (
    Indicator(
        LEFT_BEHIND["civil_affairs"],
        _("Left-behind pupils (civil affairs, 2016)"),
        _(
            "Under 16, of a rural household, both parents away for work, or one of them away and the other "
            "not able to be a guardian or dead. By sex, stage and boarding; published by month."
        ),
        Unit.PUPILS,
        _("State Council, 2016, document 13."),
        more_is_better=None,
    ),
    Indicator(
        LEFT_BEHIND["education"],
        _("Left-behind pupils (education statistics)"),
        _(
            "Of the age for compulsory education, of a rural household, a parent away for work for three "
            "months or more. By sex, stage and boarding; published by month."
        ),
        Unit.PUPILS,
        _("The statistics of the Ministry of Education."),
        more_is_better=None,
    ),
)
BY_CODE = {indicator.code: indicator for indicator in INDICATORS}
LATEST_DAYS = 31  # the last place of a histogram of days: later than 30, or never
