"""Why somebody moves, and which rules conflict: what the pure package says, and the words for it."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from dormitories.allocation import conflicts, explain, feasible, solve
from dormitories.allocation.check import Broken, Violation
from dormitories.allocation.conflicts import Why
from dormitories.allocation.explain import Reason
from dormitories.allocation.hard_rules import HardRule, RuleKind
from dormitories.allocation.problem import Bond, Pair, Problem, Pupil, Room, Spread
from dormitories.models import PlannedPlace
from dormitories.selectors import plan_words
from students.models import Student

ROOMS = (Room(1, 2, 1, ground_floor=True, near_warden=True), Room(2, 2, 1))
NAMES = plan_words.Names({key: f"P{key}" for key in range(20)}, {1: "101", 2: "201"})


def why(plan, *pupils, key=1, **more):
    """The reason for which the plan moves one of them."""
    found = {move.pupil: move for move in explain.moves(Problem(pupils, ROOMS, **more), plan)}
    return found[key].reason, found[key].other


# --- why somebody moves ---------------------------------------------------------------------------

NEEDS = {
    Reason.FIRST_BED: Pupil(1, 7, 71),
    Reason.ROOM_GONE: Pupil(1, 7, 71, room=9),
    Reason.PINNED: Pupil(1, 7, 71, room=2, pinned=1),
    Reason.GROUND_FLOOR: Pupil(1, 7, 71, room=2, ground_floor=True),
    Reason.NEAR_WARDEN: Pupil(1, 7, 71, room=2, near_warden=True),
}


@pytest.mark.parametrize("reason", NEEDS)
def test_what_a_pupil_needs_is_the_reason(reason):
    assert why({1: 1}, NEEDS[reason]) == (reason, None)


def test_a_pair_a_wish_a_buddy_and_classmates_are_named():
    mover = Pupil(1, 7, 71, room=2)

    siblings = why({1: 1, 2: 1}, mover, Pupil(2, 7, 71), pairs=(Pair(1, 2, Bond.SIBLINGS),))
    together = why({1: 1, 2: 1}, mover, Pupil(2, 7, 71), pairs=(Pair(2, 1, Bond.TOGETHER),))
    wish = why({1: 1, 2: 1}, Pupil(1, 7, 71, room=2, wishes=(2,)), Pupil(2, 7, 72))
    buddy = why({1: 1, 2: 1}, Pupil(1, 7, 71, room=2, buddies=(2,)), Pupil(2, 7, 72))
    mates = why({1: 1, 2: 1, 3: 2}, mover, Pupil(2, 7, 71), Pupil(3, 7, 72))

    assert siblings == (Reason.SIBLING, 2)
    assert together == (Reason.TOGETHER, 2)
    assert wish == (Reason.WISH, 2)
    assert buddy == (Reason.BUDDY, 2)
    assert mates == (Reason.CLASSMATES, None)


def test_a_rule_between_pupils_is_the_reason_and_names_nobody():
    stays, goes = Pupil(2, 7, 71, room=2), Pupil(1, 7, 71, room=2)

    apart = why({1: 1, 2: 2}, goes, stays, pairs=(Pair(1, 2, Bond.APART), Pair(1, 3, Bond.SIBLINGS)))
    span = why({1: 1, 2: 2}, goes, Pupil(2, 9, 91, room=2))
    other = Pupil(2, 7, 72, room=2)
    spread = why(
        {1: 1, 2: 2, 3: 1}, goes, other, Pupil(3, 7, 73), spreads=(Spread(frozenset({1, 2}), most=1),)
    )

    assert apart == (Reason.KEPT_APART, None)
    assert span == (Reason.GRADE_SPAN, None)
    assert spread == (Reason.SPREAD, None)


def test_who_gains_nothing_makes_room_for_the_one_who_needs_the_bed():
    goes, comes = Pupil(1, 7, 71, room=1), Pupil(2, 7, 72, room=2, near_warden=True)
    stays = Pupil(3, 7, 71, room=1)

    assert why({1: 2, 2: 1, 3: 1}, goes, comes, stays) == (Reason.MAKES_ROOM, 2)


def test_nobody_who_stays_has_a_reason():
    assert explain.moves(Problem((Pupil(1, 7, 71, room=1),), ROOMS), {1: 1}) == []


@pytest.mark.parametrize("reason", [*Reason, "other_bed"])
@pytest.mark.parametrize("is_named", [True, False])
def test_every_reason_has_words(reason, is_named):
    place = PlannedPlace(bed_id=1, from_bed_id=2, reason=str(reason), number=3)
    place.other = Student(name="钱二") if is_named else None

    assert plan_words.reason_words(place)


# --- which rules conflict -------------------------------------------------------------------------


def found_in(*pupils, rooms=ROOMS, pairs=(), span=1):
    with pytest.raises(solve.NoPlanError) as refusal:
        solve.solve(Problem(pupils, rooms, pairs, grade_span=span), seed=1, moves=2_000)
    return refusal.value.found


COUNTED = {
    Why.BEDS: [Pupil(key, 7, 71) for key in range(5)],
    Why.GROUND_FLOOR: [Pupil(key, 7, 71, ground_floor=True) for key in range(3)],
    Why.NEAR_WARDEN: [Pupil(key, 7, 71, near_warden=True) for key in range(3)],
    Why.LOWER_BUNK: [Pupil(key, 7, 71, lower_bunk=True) for key in range(3)],
    Why.PINNED_FULL: [Pupil(key, 7, 71, pinned=2) for key in range(3)],
    Why.NO_ROOM: [Pupil(1, 7, 71, pinned=9)],
}


@pytest.mark.parametrize("why_not", COUNTED)
def test_what_can_be_counted_is_counted(why_not):
    found = found_in(*COUNTED[why_not])

    assert found[0].why == why_not
    (sentence,) = plan_words.conflict_words(asdict(found[0]), NAMES)
    assert "%" not in sentence


def test_grades_that_have_too_few_rooms_are_counted():
    rooms = (Room(1, 2, 1, grades=(7, 7)), Room(2, 4, 2, grades=(8, 9)))

    (found,) = found_in(*(Pupil(key, 7, 71) for key in range(3)), rooms=rooms)

    assert (found.why, found.grades, found.wanted, found.there) == (Why.GRADES, (7, 7), 3, 2)
    assert plan_words.conflict_words(asdict(found), NAMES)[0].startswith("Grades 7 to 7: 3 children")


def test_two_pinned_together_and_kept_apart_are_named():
    pupils = (Pupil(1, 7, 71, pinned=1), Pupil(2, 7, 71, pinned=1))

    (found,) = found_in(*pupils, pairs=(Pair(1, 2, Bond.APART),))

    assert plan_words.conflict_words(asdict(found), NAMES) == [
        "P1、P2 are kept apart, and rules name beds in room 101 for both."
    ]


def test_a_proof_holds_by_itself_and_falls_without_any_of_its_rules():
    """Three who are kept apart from each other have two rooms; the others' rules have no part in it."""
    pupils = (*(Pupil(key, 7, 71) for key in range(3)), Pupil(4, 7, 71, ground_floor=True))
    pairs = (Pair(0, 1, Bond.APART), Pair(1, 2, Bond.APART), Pair(0, 2, Bond.APART))
    problem = Problem(pupils, ROOMS, pairs)

    (found,) = found_in(*pupils, pairs=pairs)

    assert found.why == Why.RULES
    assert {rule.kind for rule in found.rules} == {RuleKind.APART}
    assert feasible.core(problem, found.rules) is not None
    for rule in found.rules:
        assert feasible.core(problem, [other for other in found.rules if other != rule]) is None


def test_grades_that_may_not_mix_are_part_of_a_proof():
    """Three grades, each too far from the others, and two rooms."""
    pupils = (Pupil(1, 1, 11), Pupil(2, 4, 41), Pupil(3, 7, 71))

    (found,) = found_in(*pupils)

    assert found.rules == (HardRule(RuleKind.GRADE_SPAN),)


def test_a_long_proof_is_folded_into_numbers():
    rules = [asdict(HardRule(RuleKind.APART, (n, n + 1))) for n in range(plan_words.FOLD_FROM)]

    (sentence,) = plan_words.conflict_words(asdict(conflicts.Conflict(Why.RULES)) | {"rules": rules}, NAMES)

    assert sentence.startswith(f"{plan_words.FOLD_FROM} pairs are kept apart")


@pytest.mark.parametrize("kind", RuleKind)
@pytest.mark.parametrize("times", [1, plan_words.FOLD_FROM])
def test_every_rule_of_a_proof_has_words(kind, times):
    rules = [asdict(HardRule(kind, (n,), 1)) for n in range(times)]

    sentences = plan_words.conflict_words({"why": "rules", "rules": rules}, NAMES)

    assert all(sentences)
    assert "%" not in "".join(sentences)


@pytest.mark.parametrize("broken", Broken)
def test_every_broken_rule_has_words(broken):
    (sentence,) = plan_words.violation_words([Violation(broken, 1, (1, 2))], NAMES)

    assert "%" not in sentence
    assert sentence
