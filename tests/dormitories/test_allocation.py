"""Plans for a house: what the solver may never do, what it must always do again, and what it costs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.boarders import make_problem
from dormitories.allocation import check, solve
from dormitories.allocation.anneal import Annealer
from dormitories.allocation.check import Broken, Violation
from dormitories.allocation.compiled import compile_problem
from dormitories.allocation.greedy import greedy_places
from dormitories.allocation.problem import Bond, Pair, Problem, Pupil, Room, Spread, Weights
from dormitories.allocation.score import HARD, Part, change_of, score_places, score_plan

ROOMS = (Room(1, 2, 1, ground_floor=True, near_warden=True), Room(2, 2, 1))


def _house(*pupils: Pupil, pairs: tuple[Pair, ...] = (), rooms: tuple[Room, ...] = ROOMS, **more: object):
    return Problem(pupils, rooms, pairs, **more)


@pytest.mark.parametrize("block", range(8))
def test_no_hard_rule_is_broken_in_two_hundred_random_houses(block):
    broken = {}
    for seed in range(block * 25, block * 25 + 25):
        problem = make_problem(20 + seed * 37 % 40, seed)
        try:
            solution = solve.solve(problem, seed=seed, moves=2_000, starts=1)
        except solve.NoPlanError as error:
            if not error.found:
                broken[seed] = "no plan, and no reason why"
            continue
        if found := check.violations(problem, solution.plan):
            broken[seed] = found

    assert broken == {}


def test_most_random_houses_have_a_plan_so_that_the_test_above_tests_something():
    planned = 0
    for seed in range(20):
        problem = make_problem(20 + seed * 37 % 60, seed)
        try:
            planned += len(solve.solve(problem, seed=seed, moves=2_000, starts=1).plan) == len(problem.pupils)
        except solve.NoPlanError:
            continue

    assert planned >= 15


def test_one_seed_gives_one_plan_and_another_seed_another():
    problem = make_problem(80, 4)

    first = solve.solve(problem, seed=5, moves=20_000, starts=2)
    again = solve.solve(problem, seed=5, moves=20_000, starts=2)
    other = solve.solve(problem, seed=6, moves=20_000, starts=2)

    assert first == again
    assert first.plan != other.plan


def test_the_plan_costs_far_less_than_the_careful_greedy():
    problem = make_problem(120, 1)

    solution = solve.solve(problem, seed=1, moves=150_000, starts=1)

    greedy = solution.greedy.total - solution.greedy.parts[Part.HARD]
    assert solution.score.total <= 0.6 * greedy


@pytest.mark.parametrize("seed", range(6))
def test_what_the_search_adds_up_is_what_the_scorer_says(seed):
    compiled = compile_problem(make_problem(60 + 30 * seed, seed))
    search = Annealer(compiled, greedy_places(compiled), seed)
    before = score_places(compiled, search.places()).total

    for heat in (1_000, 12, 3):
        gained = search.block(6_000, heat)
        after = score_places(compiled, search.places()).total
        assert before + gained == pytest.approx(after)
        before = after


def test_the_same_pupils_need_not_move_for_nothing():
    pupils = tuple(Pupil(key, 7, 71, room=1 + (key > 1)) for key in range(4))

    solution = solve.solve(_house(*pupils), seed=1, moves=2_000)

    assert solution.plan == {0: 1, 1: 1, 2: 2, 3: 2}
    assert solution.score.parts[Part.MOVES] == 0


def test_siblings_and_those_to_keep_together_come_into_one_room():
    pupils = (Pupil(1, 7, 71, room=1), Pupil(2, 7, 71), Pupil(3, 7, 71), Pupil(4, 7, 71, room=2))
    pairs = (Pair(1, 2, Bond.SIBLINGS), Pair(3, 4, Bond.TOGETHER))

    plan = solve.solve(_house(*pupils, pairs=pairs), seed=1, moves=2_000).plan

    assert plan[1] == plan[2]
    assert plan[3] == plan[4]


def test_a_newcomer_sleeps_where_the_named_buddy_sleeps():
    pupils = (Pupil(1, 7, 71, buddies=(4,)), Pupil(2, 7, 71), Pupil(3, 7, 71), Pupil(4, 7, 71))

    solution = solve.solve(_house(*pupils), seed=1, moves=2_000)

    assert solution.plan[1] == solution.plan[4]
    assert solution.score.parts[Part.BUDDY] == 0


def test_pupils_with_high_needs_are_spread_over_the_rooms():
    pupils = tuple(Pupil(key, 7, 71) for key in range(4))
    problem = _house(*pupils, spreads=(Spread(frozenset({0, 1}), most=1),))

    plan = solve.solve(problem, seed=1, moves=2_000).plan

    assert plan[0] != plan[1]


def test_a_pair_kept_apart_wins_over_every_wish():
    pupils = (Pupil(1, 7, 71, room=1, wishes=(2,)), Pupil(2, 7, 71, room=1, wishes=(1,)), Pupil(3, 7, 72))
    pairs = (Pair(1, 2, Bond.APART), Pair(1, 2, Bond.SIBLINGS))

    plan = solve.solve(_house(*pupils, pairs=pairs), seed=1, moves=2_000).plan

    assert plan[1] != plan[2]


# --- the checker ------------------------------------------------------------------------------------


def _broken(problem: Problem, plan: dict[int, int]) -> set[Broken]:
    return {violation.broken for violation in check.violations(problem, plan)}


BREAKERS = {
    Broken.PINNED: Pupil(1, 7, 71, pinned=1),
    Broken.GROUND_FLOOR: Pupil(1, 7, 71, ground_floor=True),
    Broken.NEAR_WARDEN: Pupil(1, 7, 71, near_warden=True),
}


@pytest.mark.parametrize("broken", BREAKERS)
def test_the_checker_sees_a_pupil_in_a_room_that_may_not_be(broken):
    problem = _house(BREAKERS[broken])

    assert _broken(problem, {1: 2}) == {broken}
    assert _broken(problem, {1: 1}) == set()


def test_the_checker_sees_too_many_in_a_room_and_too_many_below():
    pupils = tuple(Pupil(key, 7, 71, lower_bunk=True) for key in range(3))

    assert _broken(_house(*pupils), dict.fromkeys(range(3), 1)) == {Broken.OVERFULL, Broken.LOWER_BUNK}


def test_the_checker_sees_grades_that_lie_too_far_apart_and_rooms_for_others():
    rooms = (Room(1, 2, 1, grades=(7, 9)),)
    problem = _house(Pupil(1, 7, 71), Pupil(2, 9, 91), rooms=rooms)

    assert _broken(problem, {1: 1, 2: 1}) == {Broken.GRADE_SPAN}
    assert _broken(replace(problem, grade_span=2), {1: 1, 2: 1}) == set()
    assert Broken.ROOM_GRADES in _broken(_house(Pupil(1, 6, 61), rooms=rooms), {1: 1})


def test_the_checker_sees_two_who_are_kept_apart_and_one_without_a_bed():
    problem = _house(Pupil(1, 7, 71), Pupil(2, 7, 71), Pupil(3, 7, 71), pairs=(Pair(2, 1, Bond.APART),))

    assert check.violations(problem, {1: 2, 2: 2}) == [
        Violation(Broken.NO_BED, None, (3,)),
        Violation(Broken.APART, 2, (2, 1)),
    ]
    assert _broken(problem, {1: 1, 2: 2, 3: 1, 9: 1}) == {Broken.UNKNOWN}


@pytest.mark.parametrize("seed", range(12))
def test_the_scorer_and_the_checker_agree_on_which_plans_break_a_rule(seed):
    compiled = compile_problem(make_problem(40, seed))
    search = Annealer(compiled, greedy_places(compiled), seed)
    search.block(2_000, 400)  # so hot that rules break

    hard = score_places(compiled, search.places()).parts[Part.HARD]

    assert (hard > 0) == bool(check.violations(compiled.problem, compiled.plan(search.places())))


# --- the score --------------------------------------------------------------------------------------


def test_each_part_of_the_score_costs_what_its_weight_says():
    pupils = (
        Pupil(1, 7, 71, room=2, wishes=(4,)),
        Pupil(2, 7, 72, needs_buddy=True),
        Pupil(3, 7, 72),
        Pupil(4, 7, 72, can_be_buddy=True),
    )
    problem = _house(*pupils, pairs=(Pair(1, 3, Bond.SIBLINGS),), spreads=(Spread(frozenset({1, 2}), 1),))
    weights = Weights()

    score = score_plan(problem, {1: 1, 2: 1, 3: 2, 4: 2})

    assert score.parts == {
        Part.HARD: 0,
        Part.MOVES: weights.move,
        Part.PAIRS: weights.siblings_apart,
        Part.WISHES: weights.wish_apart + weights.no_wish_met,
        Part.CLASSES: 3 * weights.class_in_room,
        Part.ALONE: 2 * weights.alone_of_class,
        Part.BUDDY: weights.no_buddy,
        Part.NEED: weights.crowded_need,
        Part.OPENED: 2 * weights.room_opened,
    }
    assert score.total == sum(sum(parts.values()) for parts in score.by_room.values())


def test_a_change_by_hand_costs_the_difference_of_two_whole_scores():
    compiled = compile_problem(make_problem(60, 3))
    places = greedy_places(compiled)
    swap = {0: places[40], 40: places[0]}
    after = [swap.get(i, room) for i, room in enumerate(places)]

    cost = change_of(compiled, places, swap)

    assert cost == pytest.approx(score_places(compiled, after).total - score_places(compiled, places).total)


def test_a_pupil_without_a_bed_costs_a_hard_rule_and_giving_one_wins_it_back():
    compiled = compile_problem(_house(Pupil(1, 7, 71)))

    assert score_places(compiled, [-1]).total == HARD
    assert change_of(compiled, [-1], {0: 0}) == score_places(compiled, [0]).total - HARD
