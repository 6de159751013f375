"""Who counts as left behind: a table of cases under the two definitions, read by people. No database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from students.left_behind.definitions import CIVIL_AFFAIRS, DEFINITIONS, EDUCATION, former, status, statuses
from students.left_behind.facts import Absence, Answer, Facts, Hukou, Parent, Why, add_months

ON = date(2026, 11, 22)
YES, NO, NC = Answer.YES, Answer.NO, Answer.NOT_COLLECTED
LONG_AGO = date(2015, 1, 1)
AT_SCHOOL = ((date(2026, 9, 1), None),)

HOME = Parent(known_from=LONG_AGO)
UNKNOWN = None
ABLE = replace(HOME, capacities=((date(2026, 9, 1), YES),))
UNABLE = replace(HOME, capacities=((date(2026, 9, 1), NO),))
ASKED_IN_VAIN = replace(HOME, capacities=((date(2026, 9, 1), NC),))
DEAD = Parent(is_dead=True)


def away(since: str, until: str | None = None, why: Why = Why.WORK, **rest: object) -> Parent:
    ended = date.fromisoformat(until) if until else None
    return Parent(absences=(Absence(date.fromisoformat(since), ended, why),), known_from=LONG_AGO, **rest)


def moved_on(*absences: tuple[str, str | None, Why]) -> Parent:
    return Parent(
        absences=tuple(
            Absence(date.fromisoformat(first), date.fromisoformat(last) if last else None, why)
            for first, last, why in absences
        ),
        known_from=LONG_AGO,
    )


AWAY = away("2025-02-20")
AWAY_UNABLE_BEFORE = away("2025-02-20", capacities=((date(2024, 1, 1), NO),))
ELSEWHERE = away("2025-02-20", why=Why.OTHER)
UNABLE_ELSEWHERE = away("2025-02-20", why=Why.OTHER, capacities=((date(2026, 9, 1), NO),))
SOMEHOW = away("2025-02-20", why=Why.NOT_COLLECTED)
BACK = away("2024-02-20", "2026-11-21")
BACK_TODAY = away("2024-02-20", "2026-11-22")
THREE_MONTHS = away("2026-08-22")
A_DAY_LESS = away("2026-08-23")
TOMORROW = away("2026-11-23")
NOBODY_SAYS = Parent()
SINCE_HERE = Parent(absences=(Absence(date(2026, 3, 1), date(2026, 10, 31)),))  # nothing known before
DIES_TOMORROW = replace(HOME, is_dead=True, died_on=date(2026, 11, 23))
DIED_TODAY = replace(HOME, is_dead=True, died_on=ON)
DIED_AWAY = replace(AWAY, is_dead=True, died_on=date(2026, 1, 1))
ONWARD = moved_on(("2026-07-01", "2026-09-30", Why.WORK), ("2026-10-01", None, Why.WORK))
A_DAY_AT_HOME = moved_on(("2026-07-01", "2026-09-30", Why.WORK), ("2026-10-02", None, Why.WORK))
ILL_BETWEEN = moved_on(("2026-07-01", "2026-09-30", Why.WORK), ("2026-10-01", None, Why.OTHER))
UNSURE_BEFORE = moved_on(("2026-07-01", "2026-09-30", Why.NOT_COLLECTED), ("2026-10-01", None, Why.WORK))
ABLE_AGAIN = replace(HOME, capacities=((date(2026, 9, 1), YES), (date(2025, 9, 1), NO)))
UNABLE_TOMORROW = replace(HOME, capacities=((date(2026, 11, 23), NO),))


def child(
    father: Parent | None,
    mother: Parent | None,
    *,
    born_on: date = date(2017, 5, 4),
    hukou: Hukou = Hukou.RURAL,
    at_school: bool = True,
) -> Facts:
    return Facts(born_on, hukou, father, mother, AT_SCHOOL if at_school else ())


SIXTEEN_TODAY = {"born_on": date(2010, 11, 22)}
SIXTEEN_TOMORROW = {"born_on": date(2010, 11, 23)}
SIX_TODAY = {"born_on": date(2020, 11, 22), "at_school": False}
SIX_TOMORROW = {"born_on": date(2020, 11, 23), "at_school": False}
URBAN = {"hukou": Hukou.URBAN}
NO_HUKOU_TYPE = {"hukou": Hukou.NOT_COLLECTED}

# father, mother, child → civil affairs: answer, reason; education statistics: answer, reason
CASES = [
    # both parents
    (AWAY, AWAY, {}, YES, "both_away", YES, "both_away_three_months"),
    (AWAY, HOME, {}, NC, "not_collected", YES, "one_away_three_months"),
    (HOME, AWAY, {}, NC, "not_collected", YES, "one_away_three_months"),
    (HOME, HOME, {}, NO, "nobody_away", NO, "nobody_away"),
    (ABLE, ABLE, {}, NO, "nobody_away", NO, "nobody_away"),
    # the one at home, and whether they are able
    (AWAY, ABLE, {}, NO, "able_parent_at_home", YES, "one_away_three_months"),
    (AWAY, UNABLE, {}, YES, "one_away_other_unable", YES, "one_away_three_months"),
    (UNABLE, AWAY, {}, YES, "one_away_other_unable", YES, "one_away_three_months"),
    (AWAY, ASKED_IN_VAIN, {}, NC, "not_collected", YES, "one_away_three_months"),
    (AWAY, ABLE_AGAIN, {}, NO, "able_parent_at_home", YES, "one_away_three_months"),
    (AWAY, UNABLE_TOMORROW, {}, NC, "not_collected", YES, "one_away_three_months"),
    (UNABLE, UNABLE, {}, NO, "nobody_away", NO, "nobody_away"),
    (AWAY_UNABLE_BEFORE, ABLE, {}, NO, "able_parent_at_home", YES, "one_away_three_months"),
    # nobody was asked
    (UNKNOWN, UNKNOWN, {}, NC, "not_collected", NC, "not_collected"),
    (NOBODY_SAYS, NOBODY_SAYS, {}, NC, "not_collected", NC, "not_collected"),
    (AWAY, UNKNOWN, {}, NC, "not_collected", YES, "one_away_three_months"),
    (HOME, UNKNOWN, {}, NC, "not_collected", NC, "not_collected"),
    (ABLE, UNKNOWN, {}, NO, "able_parent_at_home", NC, "not_collected"),
    (AWAY, replace(NOBODY_SAYS, capacities=((ON, NO),)), {}, YES, "one_away_other_unable", YES,
     "one_away_three_months"),
    (AWAY, replace(NOBODY_SAYS, capacities=((ON, YES),)), {}, NC, "not_collected", YES,
     "one_away_three_months"),
    # away, but why?
    (ELSEWHERE, ABLE, {}, NO, "nobody_away", NO, "nobody_away"),
    (AWAY, ELSEWHERE, {}, NC, "not_collected", YES, "one_away_three_months"),
    (AWAY, UNABLE_ELSEWHERE, {}, YES, "one_away_other_unable", YES, "one_away_three_months"),
    (AWAY, SOMEHOW, {}, NC, "not_collected", YES, "one_away_three_months"),
    (SOMEHOW, SOMEHOW, {}, NC, "not_collected", NC, "not_collected"),
    (SOMEHOW, ABLE, {}, NO, "able_parent_at_home", NC, "not_collected"),
    # a parent has died
    (DEAD, AWAY, {}, YES, "one_away_other_dead", YES, "one_away_three_months"),
    (DEAD, ABLE, {}, NO, "nobody_away", NO, "nobody_away"),
    (DEAD, HOME, {}, NO, "nobody_away", NO, "nobody_away"),
    (DEAD, UNKNOWN, {}, NC, "not_collected", NC, "not_collected"),
    (DEAD, DEAD, {}, NO, "both_dead", NO, "both_dead"),
    (DIED_TODAY, AWAY, {}, YES, "one_away_other_dead", YES, "one_away_three_months"),
    (DIES_TOMORROW, AWAY, {}, NC, "not_collected", YES, "one_away_three_months"),
    (DIED_AWAY, ABLE, {}, NO, "nobody_away", NO, "nobody_away"),
    # how long
    (THREE_MONTHS, ABLE, {}, NO, "able_parent_at_home", YES, "one_away_three_months"),
    (A_DAY_LESS, ABLE, {}, NO, "able_parent_at_home", NO, "away_too_short"),
    (A_DAY_LESS, A_DAY_LESS, {}, YES, "both_away", NO, "away_too_short"),
    (THREE_MONTHS, A_DAY_LESS, {}, YES, "both_away", YES, "one_away_three_months"),
    (TOMORROW, ABLE, {}, NO, "nobody_away", NO, "nobody_away"),
    (ONWARD, ABLE, {}, NO, "able_parent_at_home", YES, "one_away_three_months"),
    (A_DAY_AT_HOME, ABLE, {}, NO, "able_parent_at_home", NO, "away_too_short"),
    (ILL_BETWEEN, ABLE, {}, NO, "nobody_away", NO, "nobody_away"),
    (UNSURE_BEFORE, ABLE, {}, NO, "able_parent_at_home", NC, "not_collected"),
    # back again
    (BACK, BACK, {}, NO, "nobody_away", NO, "nobody_away"),
    (BACK_TODAY, BACK_TODAY, {}, YES, "both_away", YES, "both_away_three_months"),
    (BACK, AWAY, {}, NC, "not_collected", YES, "one_away_three_months"),
    (SINCE_HERE, SINCE_HERE, {}, NO, "nobody_away", NO, "nobody_away"),
    # age
    (AWAY, AWAY, SIXTEEN_TOMORROW, YES, "both_away", YES, "both_away_three_months"),
    (AWAY, AWAY, SIXTEEN_TODAY, NO, "too_old", YES, "both_away_three_months"),
    (AWAY, AWAY, SIXTEEN_TODAY | {"at_school": False}, NO, "too_old", NO, "not_school_age"),
    (AWAY, AWAY, SIX_TODAY, YES, "both_away", YES, "both_away_three_months"),
    (AWAY, AWAY, SIX_TOMORROW, YES, "both_away", NO, "not_school_age"),
    (AWAY, AWAY, SIX_TOMORROW | {"at_school": True}, YES, "both_away", YES, "both_away_three_months"),
    (UNKNOWN, UNKNOWN, SIXTEEN_TODAY | {"at_school": False}, NO, "too_old", NO, "not_school_age"),
    # hukou
    (AWAY, AWAY, URBAN, NO, "not_rural", NO, "not_rural"),
    (UNKNOWN, UNKNOWN, URBAN, NO, "not_rural", NO, "not_rural"),
    (AWAY, AWAY, {"hukou": Hukou.OTHER}, NO, "not_rural", NO, "not_rural"),
    (AWAY, AWAY, NO_HUKOU_TYPE, NC, "not_collected", NC, "not_collected"),
    (ABLE, ABLE, NO_HUKOU_TYPE, NO, "nobody_away", NO, "nobody_away"),
]  # fmt: skip


@pytest.mark.parametrize(("father", "mother", "rest", "civil", "why", "school", "school_why"), CASES)
def test_the_answer_and_its_reason_under_both_definitions(
    father, mother, rest, civil, why, school, school_why
):
    found = statuses(child(father, mother, **rest), ON)

    assert {key: (one.answer, one.reason) for key, one in found.items()} == {
        "civil_affairs": (civil, why),
        "education": (school, school_why),
    }


@pytest.mark.parametrize(
    ("father", "mother", "rest", "missing"),
    [
        (AWAY, HOME, {}, ("mother_able",)),
        (AWAY, UNKNOWN, {}, ("mother_away", "mother_able")),
        (HOME, UNKNOWN, {}, ("mother_away", "father_able")),
        (AWAY, AWAY, NO_HUKOU_TYPE, ("rural",)),
        (AWAY, UNABLE, NO_HUKOU_TYPE, ("rural",)),
        (AWAY, ABLE, NO_HUKOU_TYPE, ()),
    ],
)
def test_it_names_what_must_be_asked_and_nothing_else(father, mother, rest, missing):
    assert status(child(father, mother, **rest), CIVIL_AFFAIRS, ON).missing == missing


@pytest.mark.parametrize(
    ("father", "mother", "civil", "school"),
    [
        (BACK, replace(BACK, capacities=((LONG_AGO, YES),)), YES, YES),  # both were away, both are back
        (AWAY, AWAY, NO, NO),  # not former: now
        (replace(ABLE, capacities=((LONG_AGO, YES),)), replace(ABLE, capacities=((LONG_AGO, YES),)), NO, NO),
        (UNKNOWN, UNKNOWN, NC, NC),
        (SINCE_HERE, ABLE, NC, YES),
        (away("2026-01-01", "2026-03-31"), replace(ABLE, capacities=((LONG_AGO, YES),)), NO, NO),  # a day short
        (away("2026-01-01", "2026-04-01"), replace(ABLE, capacities=((LONG_AGO, YES),)), NO, YES),
    ],
)  # fmt: skip
def test_whoever_counted_on_an_earlier_day_stays_known_as_former(father, mother, civil, school):
    facts = child(father, mother)

    assert (former(facts, CIVIL_AFFAIRS, ON), former(facts, EDUCATION, ON)) == (civil, school)


def test_on_the_day_after_the_return_they_count_no_more():
    facts = child(BACK, BACK)

    days = [status(facts, CIVIL_AFFAIRS, day).answer for day in (date(2026, 11, 21), date(2026, 11, 22))]

    assert days == [YES, NO]


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 8, 22), 3, date(2026, 11, 22)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2012, 2, 29), 12 * 16, date(2028, 2, 29)),
        (date(2012, 2, 29), 12 * 6, date(2018, 2, 28)),
        (date(2026, 12, 31), 0, date(2026, 12, 31)),
    ],
)
def test_months_are_counted_as_the_civil_code_does(day, months, later):
    assert add_months(day, months) == later


def test_a_child_born_on_29_february_turns_six_on_the_28th():
    facts = Facts(date(2012, 2, 29))

    assert (facts.age(date(2018, 2, 27)), facts.age(date(2018, 2, 28))) == (5, 6)


def test_every_answer_says_by_which_version_of_which_definition():
    found = statuses(child(AWAY, AWAY), ON)

    assert {key: one.version for key, one in found.items()} == {
        key: one.version for key, one in DEFINITIONS.items()
    }


def test_there_are_at_least_forty_cases():
    assert len(CASES) >= 40
