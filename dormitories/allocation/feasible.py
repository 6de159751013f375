"""The hard rules alone as a CP-SAT model: a plan that keeps them, or the rules that can't hold together.

Each rule that a person made has a literal of its own, so that the solver can name the ones its proof needs.
Beds are never given up. Only whoever needs it imports this module: OR-Tools takes a second and 80 MB.
Patience is deterministic time, never seconds (reference/optimisation.md P3, P8).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ortools.sat.python import cp_model

from dormitories.allocation.compiled import Compiled
from dormitories.allocation.hard_rules import HardRule, RuleKind, rules_of
from dormitories.allocation.problem import Problem

PATIENCE = 60.0  # units of deterministic time, about seconds


class Model:
    """Who sleeps in which room, under the rules whose literals hold."""

    def __init__(self, problem: Problem, rules: Iterable[HardRule]) -> None:
        self.model = cp_model.CpModel()
        self.problem = problem
        self.pupils = {pupil.key: pupil for pupil in problem.pupils}
        self.x = {
            (pupil.key, room.key): self.model.new_bool_var("")
            for pupil in problem.pupils
            for room in problem.rooms
        }
        self.literals = {rule: self.model.new_bool_var("") for rule in rules}
        for pupil in problem.pupils:
            self.model.add_exactly_one(self.x[pupil.key, room.key] for room in problem.rooms)
        for room in problem.rooms:
            self.model.add(sum(self.x[pupil.key, room.key] for pupil in problem.pupils) <= room.beds)
        for rule, literal in self.literals.items():
            self._enforce(rule, literal)
        self._limit_lower_bunks()

    def _enforce(self, rule: HardRule, literal: cp_model.IntVar) -> None:
        if rule.kind is RuleKind.GRADE_SPAN:
            self._keep_grades_near(literal)
        elif rule.kind is RuleKind.APART:
            one, other = (key for key in rule.pupils)
            if one in self.pupils and other in self.pupils:
                for room in self.problem.rooms:
                    pair = (self.x[one, room.key], self.x[other, room.key])
                    self.model.add_bool_or(literal.negated(), *(x.negated() for x in pair))
        elif rule.kind is not RuleKind.LOWER_BUNK:
            for x in self._forbidden(rule):
                self.model.add_implication(literal, x.negated())

    def _forbidden(self, rule: HardRule) -> list[cp_model.IntVar]:
        """The places that a rule about one pupil, or about one room, rules out."""
        if rule.kind is RuleKind.ROOM_GRADES:
            room = next(room for room in self.problem.rooms if room.key == rule.room)
            pupils = (p for p in self.problem.pupils if p.pinned is None and not room.takes(p.grade))
            return [self.x[pupil.key, room.key] for pupil in pupils]
        (key,) = rule.pupils
        fits = {
            RuleKind.PINNED: lambda room: room.key == rule.room,
            RuleKind.GROUND_FLOOR: lambda room: room.ground_floor,
            RuleKind.NEAR_WARDEN: lambda room: room.near_warden,
        }[rule.kind]
        return [self.x[key, room.key] for room in self.problem.rooms if key in self.pupils and not fits(room)]

    def _keep_grades_near(self, literal: cp_model.IntVar) -> None:
        """One band of neighbouring grades a room, each named by its lowest grade."""
        span = self.problem.grade_span or 0
        grades = sorted({pupil.grade for pupil in self.problem.pupils})
        for room in self.problem.rooms:
            bands = {grade: self.model.new_bool_var("") for grade in grades}
            self.model.add_exactly_one(bands.values())
            for pupil in self.problem.pupils:
                fitting = (bands[low] for low in grades if low <= pupil.grade <= low + span)
                self.model.add_bool_or(literal.negated(), self.x[pupil.key, room.key].negated(), *fitting)

    def _limit_lower_bunks(self) -> None:
        low = [(r.pupils[0], lit) for r, lit in self.literals.items() if r.kind is RuleKind.LOWER_BUNK]
        low = [(key, literal) for key, literal in low if key in self.pupils]
        for room in self.problem.rooms if low else ():
            taken = []
            for key, literal in low:
                takes = self.model.new_bool_var("")
                self.model.add_bool_or(literal.negated(), self.x[key, room.key].negated(), takes)
                taken.append(takes)
            self.model.add(sum(taken) <= room.lower_beds)


def _solver(patience: float) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = patience
    solver.parameters.random_seed = 1
    return solver


def find(compiled: Compiled, *, hint: Sequence[int]) -> list[int] | None:
    """Places that keep every hard rule, near the hint where that's possible; None when it found none."""
    problem = compiled.problem
    rules = rules_of(problem)
    built = Model(problem, rules)
    for literal in built.literals.values():
        built.model.add_bool_and(literal)
    for i, place in enumerate(hint):
        for r, room in enumerate(problem.rooms):
            built.model.add_hint(built.x[problem.pupils[i].key, room.key], r == place)
    solver = _solver(PATIENCE)
    if solver.solve(built.model) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return None
    return [
        next(r for r, room in enumerate(problem.rooms) if solver.boolean_value(built.x[pupil.key, room.key]))
        for pupil in problem.pupils
    ]


def core(problem: Problem, rules: Sequence[HardRule], *, patience: float = PATIENCE) -> list[HardRule] | None:
    """Rules among these that can't hold together; None when they can, or when patience ran out."""
    built = Model(problem, rules)
    built.model.add_assumptions(list(built.literals.values()))
    solver = _solver(patience)
    solver.parameters.cp_model_presolve = False
    if solver.solve(built.model) != cp_model.INFEASIBLE:
        return None
    named = set(solver.sufficient_assumptions_for_infeasibility())
    return [rule for rule, literal in built.literals.items() if literal.index in named]
