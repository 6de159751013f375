"""One minimum-cost flow, with the two things that must never be taken for granted checked."""

from __future__ import annotations

import numpy as np
from ortools.graph.python import min_cost_flow

_LIMIT = 2**62


class FlowError(RuntimeError):
    """The network is too large for whole numbers of 64 bits, or the solver didn't prove the best flow."""


class Network:
    """Arcs are collected in columns; `solve` gives back the flow on each, in the order they were added.

    The solver scales costs by the number of nodes: what would overflow is refused beforehand
    (reference/optimisation.md §2.2), and any status but OPTIMAL is an error.
    """

    def __init__(self) -> None:
        self._tails: list[int] = []
        self._heads: list[int] = []
        self._capacities: list[int] = []
        self._costs: list[int] = []
        self._supplies: dict[int, int] = {}
        self._nodes = 0

    def node(self, supply: int = 0) -> int:
        """A new node; a negative supply is a demand."""
        number = self._nodes
        self._nodes += 1
        if supply:
            self._supplies[number] = supply
        return number

    def supply(self, node: int, amount: int) -> None:
        self._supplies[node] = amount

    def arc(self, tail: int, head: int, capacity: int, cost: int = 0) -> int:
        """A new arc; its number."""
        self._tails.append(tail)
        self._heads.append(head)
        self._capacities.append(capacity)
        self._costs.append(cost)
        return len(self._tails) - 1

    def solve(self) -> np.ndarray:
        """The flow on each arc. Raises FlowError."""
        if not self._tails:
            return np.zeros(0, dtype=np.int64)
        if max(map(abs, self._costs)) * (self._nodes + 1) >= _LIMIT:
            raise FlowError("costs too large")
        solver = min_cost_flow.SimpleMinCostFlow()
        arcs = solver.add_arcs_with_capacity_and_unit_cost(
            np.array(self._tails, dtype=np.int32),
            np.array(self._heads, dtype=np.int32),
            np.array(self._capacities, dtype=np.int64),
            np.array(self._costs, dtype=np.int64),
        )
        nodes = np.array(list(self._supplies), dtype=np.int32)
        solver.set_nodes_supplies(nodes, np.array(list(self._supplies.values()), dtype=np.int64))
        status = solver.solve()
        if status != solver.OPTIMAL:
            raise FlowError(str(status))
        return np.asarray(solver.flows(arcs))
