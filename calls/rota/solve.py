"""The best plan, tier by tier: pupils → longest wait first → further calls → spread → the hour that suits.

Two minimum-cost flows (reference/optimisation.md §2.2). The first settles who is called: the sets of families
that can be served form a transversal matroid, so the order of their weights decides and whole ranks are
enough for "longest wait first". Ranks are all different, so the set is the only one of its value and fixing
it costs the later tiers nothing. The second settles when. Both are exact; without a person in two units the
plan is proven best in every tier. Where siblings who can't share a call have the same parent, `_Search`
branches on each clash and compares by whole tier vectors; it stays exact for `CLASHES_MOST` solutions.
"""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from calls.rota.flow import Network
from calls.rota.problem import PREFERENCE_MOST, Plan, Problem, Tiers, Unit

FURTHER = (3, 2)
CLASHES_MOST = 60
_BLOCK = 2  # days: Monday and Tuesday, Wednesday and Thursday, Friday and Saturday, Sunday

Tick = Callable[[int, int], None]


def no_tick(done: int, total: int) -> None:
    """Nobody asks how far it is."""


def solve(problem: Problem, *, tick: Tick = no_tick) -> Plan:
    """The best plan. Raises ProblemError, and FlowError when the network is too large to be exact."""
    problem.check()
    return _Search(problem, tick).run()


def ranks(units: Sequence[Unit]) -> list[int]:
    """1 … n, all different: the longer the wait the higher; equal waits in the order of the units."""
    order = sorted(range(len(units)), key=lambda number: (units[number].waited, -number))
    found = [0] * len(units)
    for rank, number in enumerate(order, start=1):
        found[number] = rank
    return found


def weights(units: Sequence[Unit]) -> list[int]:
    """In which order families are served: by pupils first, then by wait."""
    step = len(units) * (len(units) + 1) // 2 + 1
    return [len(unit.pupils) * step + rank for unit, rank in zip(units, ranks(units), strict=True)]


def score(problem: Problem, calls: Sequence[Sequence[int]]) -> Tiers:
    """What a plan reaches."""
    rank = ranks(problem.units)
    pupils = fairness = further = crowded = suits = 0
    for number, (unit, slots) in enumerate(zip(problem.units, calls, strict=True)):
        if not slots:
            continue
        pupils += len(unit.pupils)
        fairness += rank[number]
        further += sum(FURTHER[: len(slots) - 1])
        blocks = Counter(problem.slots[slot].day // _BLOCK for slot in slots)
        crowded += sum(count - 1 for count in blocks.values())
        suits += sum(unit.slots[slot] for slot in slots)
    return Tiers(pupils, fairness, further, -crowded, -suits)


# --- who is called -----------------------------------------------------------------------------------


def covered(problem: Problem) -> list[int]:
    """The units that get a call."""
    network = Network()
    weight = weights(problem.units)
    source, sink = network.node(len(problem.units)), network.node(-len(problem.units))
    places = [network.node() for _ in problem.slots]
    entries = []
    for number, unit in enumerate(problem.units):
        node = network.node()
        entries.append(network.arc(source, node, 1, -weight[number]))
        for slot in unit.slots:
            network.arc(node, places[slot], 1)
    _close(network, problem, places, sink)
    network.arc(source, sink, len(problem.units))
    flow = network.solve()
    return [number for number, arc in enumerate(entries) if flow[arc]]


def _close(network: Network, problem: Problem, places: list[int], sink: int) -> None:
    for slot, node in zip(problem.slots, places, strict=True):
        network.arc(node, sink, slot.places)


# --- when --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Costs:
    """What one step of a tier weighs, so that no sum of later tiers outweighs it."""

    crowded: int
    further: int

    @classmethod
    def of(cls, units: Sequence[Unit]) -> _Costs:
        calls = sum(unit.wants for unit in units)
        crowded = PREFERENCE_MOST * calls + 1
        return cls(crowded, (2 * len(units) + 1) * crowded + PREFERENCE_MOST * calls + 1)


def timed(problem: Problem, chosen: Sequence[int]) -> list[tuple[int, ...]]:
    """Slots for each chosen unit, and further calls where there is room; nothing for the others."""
    network = Network()
    units = [problem.units[number] for number in chosen]
    cost = _Costs.of(units)
    extra = sum(unit.wants - 1 for unit in units)
    source, sink = network.node(extra), network.node(-extra - len(units))
    places = [network.node() for _ in problem.slots]
    arcs: list[tuple[int, int, int]] = []
    for number, unit in zip(chosen, units, strict=True):
        node = network.node(1)
        for further in range(unit.wants - 1):
            network.arc(source, node, 1, -FURTHER[further] * cost.further)
        if unit.wants == 1:
            arcs += [
                (network.arc(node, places[slot], 1, unit.slots[slot]), number, slot) for slot in unit.slots
            ]
        else:
            arcs += _by_day(network, problem, node, number, places, cost)
    _close(network, problem, places, sink)
    network.arc(source, sink, extra)
    flow = network.solve()
    found: list[list[int]] = [[] for _ in problem.units]
    for arc, number, slot in arcs:
        if flow[arc]:
            found[number].append(slot)
    return [tuple(sorted(slots, key=lambda slot: _time(problem, slot))) for slots in found]


def _by_day(
    network: Network, problem: Problem, unit_node: int, number: int, places: list[int], cost: _Costs
) -> list[tuple[int, int, int]]:
    """Unit → two days (a second call costs) → day (one call) → slot: a tree, so the flow stays whole."""
    unit, arcs = problem.units[number], []
    blocks: dict[int, int] = {}
    days: dict[int, int] = {}
    for slot, suits in unit.slots.items():
        day = problem.slots[slot].day
        block = day // _BLOCK
        if block not in blocks:
            blocks[block] = network.node()
            network.arc(unit_node, blocks[block], 1)
            network.arc(unit_node, blocks[block], 1, cost.crowded)
        if day not in days:
            days[day] = network.node()
            network.arc(blocks[block], days[day], 1)
        arcs.append((network.arc(days[day], places[slot], 1, suits), number, slot))
    return arcs


def _time(problem: Problem, slot: int) -> tuple[int, int]:
    return problem.slots[slot].day, problem.slots[slot].minute


# --- one person, several units -----------------------------------------------------------------------


class _Search:
    """Best first over "this unit not in that slot"; the flow without the rule is the bound."""

    def __init__(self, problem: Problem, tick: Tick) -> None:
        self._problem = problem
        self._tick = tick
        self._solved = 0
        several = Counter(person for unit in problem.units for person in unit.people)
        self._watched = [
            number
            for number, unit in enumerate(problem.units)
            if any(several[person] > 1 for person in unit.people)
        ]

    def run(self) -> Plan:
        turn = itertools.count()
        calls, tiers, clash = self._solve(frozenset())
        waiting = [(_down(tiers), next(turn), frozenset[tuple[int, int]](), calls, clash)]
        while True:
            _value, _turn, barred, calls, clash = heapq.heappop(waiting)
            if clash is None:
                return Plan(tuple(calls), score(self._problem, calls), optimal=True)
            if self._solved >= CLASHES_MOST:
                return self._give_way(barred)
            for number in clash[:2]:
                further = barred | {(number, clash[2])}
                calls, tiers, next_clash = self._solve(further)
                heapq.heappush(waiting, (_down(tiers), next(turn), further, calls, next_clash))

    def _give_way(self, barred: frozenset[tuple[int, int]]) -> Plan:
        """Too many to compare: whoever has waited less gives way, clash by clash. No longer proven best."""
        rank = ranks(self._problem.units)
        while True:
            calls, tiers, clash = self._solve(barred)
            if clash is None:
                return Plan(tuple(calls), tiers, optimal=False)
            barred |= {(min(clash[:2], key=lambda number: rank[number]), clash[2])}

    def _solve(
        self, barred: frozenset[tuple[int, int]]
    ) -> tuple[list[tuple[int, ...]], Tiers, tuple[int, int, int] | None]:
        problem = _without(self._problem, barred)
        self._solved += 1
        self._tick(0, 2)
        chosen = covered(problem)
        self._tick(1, 2)
        calls = timed(problem, chosen)
        self._tick(2, 2)
        return calls, score(self._problem, calls), self._clash(calls)

    def _clash(self, calls: list[tuple[int, ...]]) -> tuple[int, int, int] | None:
        """The first two units that would call one person in one slot."""
        taken: dict[tuple[int, int], int] = {}
        for number in self._watched:
            for slot in calls[number]:
                key = (self._problem.units[number].whom(slot)[0], slot)
                if key in taken:
                    return taken[key], number, slot
                taken[key] = number
        return None


def _down(tiers: Tiers) -> tuple[int, ...]:
    """For a heap that gives the least first."""
    return -tiers.pupils, -tiers.fairness, -tiers.further, -tiers.crowded, -tiers.suits


def _without(problem: Problem, barred: frozenset[tuple[int, int]]) -> Problem:
    if not barred:
        return problem
    units = list(problem.units)
    for number, slot in barred:
        kept = {one: cost for one, cost in units[number].slots.items() if one != slot}
        units[number] = replace(units[number], slots=kept)
    return replace(problem, units=tuple(units))
