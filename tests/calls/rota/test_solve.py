"""The solver against every possible plan of tiny weeks, and against the independent checker."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.rota import school
from calls.rota import check, explain, solve
from calls.rota.flow import FlowError, Network
from calls.rota.problem import Problem, ProblemError, Slot, Tiers, Unit


def unit(pupil: int, slots: dict[int, int], **fields: object) -> Unit:
    """A family of one pupil who has waited a week and wants one call."""
    made = {"pupils": (pupil,), "person": pupil, "number": pupil, "waited": 7, "wants": 1, "slots": slots}
    return Unit(**(made | fields))  # type: ignore[arg-type]


def week(*units: Unit, places: int = 1, days: int = 1, per_day: int = 2) -> Problem:
    slots = [Slot(day, 1080 + 10 * step, places) for day in range(days) for step in range(per_day)]
    return Problem(tuple(slots), units)


# --- every plan of a tiny week ------------------------------------------------------------------------


def choices(problem: Problem, one: Unit) -> list[tuple[int, ...]]:
    """Every way to call one family: up to what it wants, at most once a day."""
    found = []
    for count in range(one.wants + 1):
        for chosen in itertools.combinations(one.slots, count):
            if len({problem.slots[slot].day for slot in chosen}) == count:
                found.append(chosen)
    return found


def allowed(problem: Problem, plan: tuple[tuple[int, ...], ...]) -> bool:
    for number, slot in enumerate(problem.slots):
        people = [
            one.whom(number)[0] for one, chosen in zip(problem.units, plan, strict=True) if number in chosen
        ]
        if len(people) > slot.places or len(set(people)) < len(people):
            return False
    return True


def value(problem: Problem, plan: tuple[tuple[int, ...], ...]) -> Tiers:
    """Worked out here anew, by the words of the tiers."""
    waits = [(one.waited, -number) for number, one in enumerate(problem.units)]
    pupils = fairness = further = crowded = suits = 0
    for number, (one, chosen) in enumerate(zip(problem.units, plan, strict=True)):
        if chosen:
            pupils += len(one.pupils)
            fairness += 1 + sum(other < waits[number] for other in waits)
        further += {0: 0, 1: 0, 2: 3, 3: 5}[len(chosen)]
        two_days = [problem.slots[slot].day // 2 for slot in chosen]
        crowded -= len(two_days) - len(set(two_days))
        suits -= sum(one.slots[slot] for slot in chosen)
    return Tiers(pupils, fairness, further, crowded, suits)


def best(problem: Problem) -> Tiers:
    plans = itertools.product(*(choices(problem, one) for one in problem.units))
    return max(value(problem, plan) for plan in plans if allowed(problem, plan))


@st.composite
def tiny_weeks(draw: st.DrawFn, *, shared_people: bool) -> Problem:
    days, per_day = draw(st.integers(1, 4)), draw(st.integers(1, 2))
    slots = [Slot(day, step, draw(st.integers(0, 2))) for day in range(days) for step in range(per_day)]
    units, pupil = [], 0
    for number in range(draw(st.integers(1, 4))):
        size = draw(st.sampled_from([1, 1, 1, 2]))
        reachable = draw(st.sets(st.integers(0, len(slots) - 1), max_size=5))
        by_another = draw(st.sets(st.sampled_from(sorted(reachable)))) if reachable else set()
        another = draw(st.integers(0, 1)) if shared_people else 10 + number
        units.append(
            Unit(
                pupils=tuple(range(pupil, pupil + size)),
                person=draw(st.integers(0, 1)) if shared_people else number,
                number=number,
                waited=draw(st.integers(0, 3)),
                wants=draw(st.integers(1, 3)),
                slots={slot: draw(st.integers(0, 10)) for slot in sorted(reachable)},
                others=dict.fromkeys(sorted(by_another), (another, 99)),
            )
        )
        pupil += size
    return Problem(tuple(slots), tuple(units))


@settings(max_examples=150, deadline=None)
@given(problem=tiny_weeks(shared_people=False))
def test_no_plan_of_a_tiny_week_is_better_in_any_tier(problem):
    plan = solve.solve(problem)

    assert plan.optimal
    assert plan.tiers == value(problem, plan.calls) == best(problem)
    assert check.faults(problem, plan) == []


@settings(max_examples=120, deadline=None)
@given(problem=tiny_weeks(shared_people=True))
def test_a_parent_of_several_families_is_never_called_twice_at_once_and_nothing_better_exists(problem):
    plan = solve.solve(problem)

    assert allowed(problem, plan.calls)
    assert plan.tiers == value(problem, plan.calls)
    assert not plan.optimal or plan.tiers == best(problem)
    assert check.faults(problem, plan) == []


# --- the tiers, one by one ----------------------------------------------------------------------------


def test_more_pupils_go_before_a_longer_wait():
    siblings = unit(1, {0: 0}, pupils=(1, 2), waited=1)

    plan = solve.solve(week(siblings, unit(3, {0: 0}, waited=90)))

    assert plan.calls == ((0,), ())


def test_who_has_waited_longest_goes_first():
    plan = solve.solve(week(unit(1, {0: 0}, waited=3), unit(2, {0: 0}, waited=30), unit(3, {0: 0}, waited=8)))

    assert plan.calls == ((), (0,), ())


def test_somebody_gives_up_the_better_hour_so_that_another_is_called_at_all():
    flexible, bound = unit(1, {0: 0, 1: 10}, waited=90), unit(2, {0: 0}, waited=1)

    plan = solve.solve(week(flexible, bound))

    assert plan.calls == ((1,), (0,))


def test_nobody_gets_a_second_call_before_everybody_has_a_first():
    eager = unit(1, {0: 0, 1: 0}, wants=2, waited=90)

    plan = solve.solve(week(eager, unit(2, {0: 0, 1: 0}, waited=0), days=2, per_day=1))

    assert [len(slots) for slots in plan.calls] == [1, 1]


def test_further_calls_fill_what_is_free_and_keep_apart():
    plan = solve.solve(week(unit(1, {0: 0, 1: 0, 2: 9}, wants=2), days=3, per_day=1))

    assert plan.calls == ((0, 2),) or plan.calls == ((1, 2),)
    assert plan.tiers == Tiers(pupils=1, fairness=1, further=3, crowded=0, suits=-9)


def test_a_family_is_called_at_most_once_a_day():
    plan = solve.solve(week(unit(1, {0: 0, 1: 0}, wants=3), places=5))

    assert len(plan.calls[0]) == 1


def test_the_hour_that_suits_comes_last():
    plan = solve.solve(week(unit(1, {0: 10, 1: 2})))

    assert plan.calls == ((1,),)


def test_the_same_week_gives_the_same_plan():
    problem = school(300, seed=4, capacity=0.6)

    assert solve.solve(problem) == solve.solve(problem)


def test_a_week_without_slots_or_families_is_an_empty_plan():
    assert solve.solve(Problem((), ())).calls == ()
    assert solve.solve(Problem((), (unit(1, {}),))).calls == ((),)
    assert solve.solve(week()).tiers == Tiers(0, 0, 0, 0, 0)


def test_many_clashes_end_in_a_plan_that_keeps_the_rule_but_claims_nothing(monkeypatch):
    monkeypatch.setattr(solve, "CLASHES_MOST", 1)
    problem = week(*(unit(number, {0: 0, 1: 1, 2: 2}, person=1) for number in range(3)), places=9, per_day=3)

    plan = solve.solve(problem)

    assert sorted(plan.calls) == [(0,), (1,), (2,)]
    assert not plan.optimal
    assert check.faults(problem, plan) == []


# --- the school of the bar ----------------------------------------------------------------------------


@pytest.mark.parametrize("capacity", [0.9, 0.6])
def test_a_large_school_is_planned_without_a_fault(capacity):
    problem = school(800, seed=11, capacity=capacity)

    plan = solve.solve(problem)

    assert plan.optimal
    assert check.faults(problem, plan) == []


# --- why somebody is left out -------------------------------------------------------------------------


def test_the_reason_counts_the_places_and_the_shortest_wait_in_them():
    first, second = unit(1, {0: 0, 1: 0}, waited=20), unit(2, {1: 0}, waited=12)
    problem = week(first, second, unit(3, {0: 0}, waited=5))

    plan = solve.solve(problem)

    assert explain.explain(problem, plan) == {2: explain.Taken(slots=1, places=2, least_waited=12, larger=0)}


def test_the_reason_names_larger_families_apart():
    problem = week(unit(1, {0: 0}, pupils=(1, 2), waited=1), unit(3, {0: 0}, waited=5))

    plan = solve.solve(problem)

    assert explain.explain(problem, plan) == {
        1: explain.Taken(slots=1, places=1, least_waited=None, larger=1)
    }


@settings(max_examples=60, deadline=None)
@given(problem=tiny_weeks(shared_people=False))
def test_whoever_is_left_out_is_told_of_places_that_are_all_held(problem):
    plan = solve.solve(problem)
    held = [sum(number in slots for slots in plan.calls) for number in range(len(problem.slots))]
    inside = [[one for one, slots in enumerate(plan.calls) if number in slots] for number in range(len(held))]

    for number, taken in explain.explain(problem, plan).items():
        slots, units = explain.closure(problem, inside, number)
        assert sum(held[slot] for slot in slots) == taken.places == len(units)


# --- the checker itself -------------------------------------------------------------------------------


def faulty(**change: object) -> list[str]:
    problem = week(
        unit(1, {0: 0, 1: 1}, waited=9), unit(2, {0: 0, 1: 0}, waited=1), unit(3, {0: 3}, waited=0), days=2
    )
    plan = solve.solve(problem)
    return check.faults(problem, replace(plan, **change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"calls": ((0,),)}, "other units"),
        ({"calls": ((0,), (0,), ())}, "overfull"),
        ({"calls": ((3,), (0,), ())}, "can't be called in slot 3"),
        ({"calls": ((0, 1), (), ())}, "called more often"),
        ({"tiers": Tiers(3, 6, 0, 0, 0)}, "pupils is 3, counted 2"),
        ({"calls": ((), (1,), (0,))}, "has waited less"),
        ({"calls": ((1,), (), ())}, "is free"),
    ],
)
def test_the_checker_finds_what_is_wrong(change, said):
    assert faulty() == []
    assert any(said in fault for fault in faulty(**change))


def test_the_checker_finds_a_person_called_twice_at_once_and_a_pupil_twice_a_day():
    problem = week(unit(1, {0: 0, 1: 0}, wants=2, person=5), unit(2, {0: 0}, person=5), places=2)
    plan = solve.solve(problem)

    said = check.faults(problem, replace(plan, calls=((0, 1), (0,))))

    assert any("a person is called twice in slot 0" in fault for fault in said)
    assert any("unit 0 is called twice on a day" in fault for fault in said)


# --- what is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "problem",
    [
        week(unit(1, {5: 0})),
        week(unit(1, {0: 11})),
        week(unit(1, {0: 0}, others={1: (2, 2)})),
        week(unit(1, {0: 0}, wants=4)),
        week(unit(1, {0: 0}, waited=-1)),
        week(unit(1, {0: 0}), unit(1, {1: 0})),
        week(unit(1, {0: 0}, pupils=())),
        week(unit(1, {0: 0}), places=-1),
        Problem((Slot(7, 0, 1),), ()),
    ],
)
def test_a_problem_that_contradicts_itself_is_refused(problem):
    with pytest.raises(ProblemError):
        solve.solve(problem)


def test_a_network_whose_costs_would_overflow_is_refused():
    network = Network()
    network.arc(network.node(1), network.node(-1), 1, 2**61)

    with pytest.raises(FlowError):
        network.solve()


def test_a_network_that_has_no_flow_is_an_error_and_no_answer():
    network = Network()
    network.arc(network.node(2), network.node(-2), 1)

    with pytest.raises(FlowError):
        network.solve()
