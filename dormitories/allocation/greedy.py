"""The plan a careful person makes with a list and a pencil: the start of the search, and its yardstick.

Who is pinned first, then who needs a particular room, then whoever sleeps here already stays, then class by
class the cheapest free bed (reference/optimisation.md §1.3). A hard rule is broken only where no free bed
keeps it; nobody is left without a bed while there is one.
"""

from __future__ import annotations

from dormitories.allocation.compiled import Compiled
from dormitories.allocation.score import HARD, roomcost


def greedy_places(compiled: Compiled) -> list[int]:
    """Everybody's room by position; -1 only when the beds have run out."""
    filling = _Filling(compiled)
    pupils = compiled.problem.pupils
    for i in compiled.pupils:
        if pupils[i].pinned is not None:
            filling.put_where_cheapest(i)
    for i in sorted(compiled.pupils, key=lambda i: (len(compiled.allowed[i]), i)):
        if pupils[i].ground_floor or pupils[i].near_warden or pupils[i].lower_bunk:
            filling.stay_or_cheapest(i)
    for i in compiled.pupils:
        filling.stay(i)
    for i in sorted(compiled.pupils, key=lambda i: (pupils[i].grade, compiled.class_of[i], i)):
        filling.put_where_cheapest(i)
    return filling.places


class _Filling:
    """Rooms on their way to being full."""

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled
        self._rosters: list[list[int]] = [[] for _ in compiled.rooms]
        self._costs = [0.0] * len(self._rosters)
        self.places = [-1] * len(compiled.pupils)

    def stay(self, i: int) -> bool:
        """Leave the pupil in today's room if nothing forbids it."""
        home = self._compiled.home[i]
        if home < 0 or self.places[i] >= 0 or self._is_full(home) or self._added(i, home) >= HARD:
            return False
        self._put(i, home)
        return True

    def stay_or_cheapest(self, i: int) -> None:
        """Somebody with a need moves only if today's room doesn't answer it."""
        if not self.stay(i):
            self.put_where_cheapest(i)

    def put_where_cheapest(self, i: int) -> None:
        """The free bed that costs least; rooms that may not take the pupil cost a broken rule."""
        if self.places[i] >= 0:
            return
        free = [room for room in self._compiled.rooms if not self._is_full(room)]
        if free:
            self._put(i, min(free, key=lambda room: (self._added(i, room), room)))

    def _is_full(self, room: int) -> bool:
        return len(self._rosters[room]) >= self._compiled.problem.rooms[room].beds

    def _added(self, i: int, room: int) -> float:
        return self._cost(room, [*self._rosters[room], i]) - self._costs[room]

    def _cost(self, room: int, roster: list[int]) -> float:
        return sum(roomcost(self._compiled, room, roster).values())

    def _put(self, i: int, room: int) -> None:
        self._rosters[room].append(i)
        self._costs[room] = self._cost(room, self._rosters[room])
        self.places[i] = room
