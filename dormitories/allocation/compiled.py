"""A problem as flat lists of positions: what the scorer and the solver read millions of times."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from dormitories.allocation.problem import Bond, Plan, Problem, Pupil, may_sleep_in


@dataclass(frozen=True, slots=True)
class Link:
    """What one pupil has with another: `weight` is lost while they sleep apart.

    Who `asks` would have the other among those of whom one is enough; the other is then `is_asked`.
    """

    other: int
    weight: float
    is_apart: bool
    is_wish: bool
    asks: bool
    is_asked: bool


@dataclass(frozen=True, slots=True)
class Compiled:
    """Positions instead of keys: pupil `i` is `problem.pupils[i]`, room `r` is `problem.rooms[r]`."""

    problem: Problem
    pupil_at: dict[int, int]
    room_at: dict[int, int]
    home: tuple[int, ...]
    allowed: tuple[frozenset[int], ...]
    class_of: tuple[int, ...]
    links: tuple[tuple[Link, ...], ...]
    unmet: tuple[float, ...]
    spreads: tuple[tuple[int, ...], ...]

    @property
    def pupils(self) -> range:
        return range(len(self.home))

    @property
    def rooms(self) -> range:
        return range(len(self.problem.rooms))

    def places(self, plan: Plan) -> list[int]:
        """The plan as positions; -1 for a pupil whom it doesn't place."""
        return [self.room_at.get(plan.get(pupil.key, -1), -1) for pupil in self.problem.pupils]

    def plan(self, places: list[int]) -> Plan:
        """Positions as a plan; nobody who has no place is in it."""
        return {
            pupil.key: self.problem.rooms[room].key
            for pupil, room in zip(self.problem.pupils, places, strict=True)
            if room >= 0
        }


def compile_problem(problem: Problem) -> Compiled:
    """The same question as positions. Whoever a pair or a wish names but nobody asks about drops out."""
    weights = problem.weights
    pupil_at = {pupil.key: position for position, pupil in enumerate(problem.pupils)}
    room_at = {room.key: position for position, room in enumerate(problem.rooms)}
    classes = {key: n for n, key in enumerate(sorted({pupil.class_key for pupil in problem.pupils}))}
    return Compiled(
        problem=problem,
        pupil_at=pupil_at,
        room_at=room_at,
        home=tuple(room_at.get(p.room, -1) if p.room is not None else -1 for p in problem.pupils),
        allowed=_allowed(problem),
        class_of=tuple(classes[pupil.class_key] for pupil in problem.pupils),
        links=_links(problem, pupil_at),
        unmet=tuple(
            0
            if not pupil_at.keys() & _asked(pupil)
            else weights.no_buddy
            if pupil.buddies
            else weights.no_wish_met
            for pupil in problem.pupils
        ),
        spreads=tuple(
            tuple(n for n, spread in enumerate(problem.spreads) if pupil.key in spread.pupils)
            for pupil in problem.pupils
        ),
    )


def _asked(pupil: Pupil) -> set[int]:
    """Of whom one is enough: the buddies whom a rule names, else those the pupil wishes for."""
    return set(pupil.buddies or pupil.wishes)


def _allowed(problem: Problem) -> tuple[frozenset[int], ...]:
    """Equal needs share one set: most pupils have none."""
    known: dict[tuple[object, ...], frozenset[int]] = {}
    for pupil in problem.pupils:
        need = (pupil.pinned, pupil.ground_floor, pupil.near_warden, pupil.grade)
        if need not in known:
            known[need] = frozenset(r for r, room in enumerate(problem.rooms) if may_sleep_in(pupil, room))
    return tuple(known[p.pinned, p.ground_floor, p.near_warden, p.grade] for p in problem.pupils)


def _links(problem: Problem, pupil_at: dict[int, int]) -> tuple[tuple[Link, ...], ...]:
    weight = _pair_weights(problem)
    for ends, points in _wish_weights(problem).items():
        weight[ends] += points
    apart = {
        e for p in problem.pairs if p.bond is Bond.APART for e in ((p.first, p.second), (p.second, p.first))
    }
    wishes = {(pupil.key, wish) for pupil in problem.pupils for wish in pupil.wishes}
    asks = {(pupil.key, other) for pupil in problem.pupils for other in _asked(pupil)}
    for one, other in asks:
        weight.setdefault((one, other), 0)
        weight.setdefault((other, one), 0)
    found: list[list[Link]] = [[] for _ in problem.pupils]
    for (one, other), points in sorted(weight.items()):
        if one in pupil_at and other in pupil_at:
            ends, back = (one, other), (other, one)
            is_wish = ends in wishes or back in wishes
            found[pupil_at[one]].append(
                Link(pupil_at[other], points, ends in apart, is_wish, ends in asks, back in asks)
            )
    return tuple(tuple(links) for links in found)


def _pair_weights(problem: Problem) -> dict[tuple[int, int], float]:
    weights = problem.weights
    per_bond = {Bond.SIBLINGS: weights.siblings_apart, Bond.TOGETHER: weights.together_apart, Bond.APART: 0}
    found: dict[tuple[int, int], float] = defaultdict(float)
    for pair in problem.pairs:
        found[pair.first, pair.second] += per_bond[pair.bond]
        found[pair.second, pair.first] += per_bond[pair.bond]
    return found


def _wish_weights(problem: Problem) -> dict[tuple[int, int], float]:
    """A wish weighs the same for both, more if both wish it."""
    weights = problem.weights
    wishes = {(pupil.key, wish) for pupil in problem.pupils for wish in pupil.wishes}
    found: dict[tuple[int, int], float] = {}
    for one, other in wishes:
        is_mutual = (other, one) in wishes
        found[one, other] = found[other, one] = weights.mutual_wish_apart if is_mutual else weights.wish_apart
    return found
