"""Simulated annealing over room rosters: swap two pupils, or a pupil and a free bed; mostly keep the better.

The search never scores a room while it runs: it keeps counts for each room and adds up what a swap changes.
It reads every price from `score` though (through small tables filled on demand), and a test holds its sum
against the scorer's. Plain lists and local names throughout: this is the loop that counts.

Free beds are filled with ghosts, who cost nothing anywhere: then every change is a swap.
The budget is counted in moves, never in seconds: one seed gives one plan on any machine.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

from dormitories.allocation.compiled import Compiled
from dormitories.allocation.score import HARD, Counts, class_cost, count_cost, grade_cost

HOTTEST = 7.0
COLDEST = 1.3
BLOCK = 2_000
TO_FRIEND, TO_TODAY, TO_MATE, TO_PEER = 35, 30, 25, 10  # of a hundred looks
_HOPELESS = HARD / 2
_FIELD = 8
_MASK = (1 << _FIELD) - 1

Tick = Callable[[int, int], None]


class _Prices(dict[int, float]):
    """What a room costs by its code, worked out once per code met."""

    def __init__(self, price: Callable[[int], float]) -> None:
        super().__init__()
        self._price = price

    def __missing__(self, code: int) -> float:
        self[code] = price = self._price(code)
        return price


class Annealer:
    """One search from one start. `run` spends a budget of moves and gives the best places seen."""

    def __init__(self, compiled: Compiled, places: Sequence[int], seed: int) -> None:
        self._dice = random.Random(seed)  # noqa: S311 - dice that must fall the same way again
        self._compiled = compiled
        self._people = len(compiled.pupils)
        problem = compiled.problem
        free = [room for r, room in enumerate(problem.rooms) for _ in range(room.beds)]
        self._ghosts = len(free) - self._people
        self._place_everybody(places)
        self._take_prices()
        self._count()
        self._relate()
        self._aim()

    # --- the start --------------------------------------------------------------------------------

    def _place_everybody(self, places: Sequence[int]) -> None:
        """Pupils where they were put, as far as the beds reach; ghosts in all other beds."""
        rooms = self._compiled.problem.rooms
        self._slots: list[list[int]] = [[] for _ in rooms]
        homeless = []
        for i, room in enumerate(places):
            if room >= 0 and len(self._slots[room]) < rooms[room].beds:
                self._slots[room].append(i)
            else:
                homeless.append(i)
        waiting = [*homeless, *range(self._people, self._people + self._ghosts)]
        for room, slots in enumerate(self._slots):
            while len(slots) < rooms[room].beds:
                slots.append(waiting.pop(0))
        self._room = [0] * (self._people + self._ghosts)
        self._slot = list(self._room)
        for room, slots in enumerate(self._slots):
            for slot, i in enumerate(slots):
                self._room[i], self._slot[i] = room, slot

    def _take_prices(self) -> None:
        compiled, problem = self._compiled, self._compiled.problem
        move = problem.weights.move
        rooms = range(len(problem.rooms))
        shared: dict[tuple[int, frozenset[int]], list[float]] = {}
        for i in compiled.pupils:
            key = (compiled.home[i], compiled.allowed[i])
            if key not in shared:
                shared[key] = [
                    HARD * (room not in key[1]) + move * (key[0] not in {-1, room}) for room in rooms
                ]
        nothing = [0.0] * len(problem.rooms)
        self._own = [shared[compiled.home[i], compiled.allowed[i]] for i in compiled.pupils]
        self._own += [nothing] * self._ghosts
        most = max((room.beds for room in problem.rooms), default=0) + 2
        cost = [float(sum(class_cost(problem, n).values())) for n in range(most)]
        self._leaving = [0.0] + [cost[n - 1] - cost[n] for n in range(1, most)] + [0.0] * most
        self._entering = [cost[n + 1] - cost[n] for n in range(most - 1)] + [0.0] * (most + 1)
        self._no_price_from = most
        self._kind_price = _Prices(self._price_of_kinds)
        self._grade_price = _Prices(self._price_of_grades)

    def _price_of_kinds(self, code: int) -> float:
        problem = self._compiled.problem
        fields = [(code >> (_FIELD * n)) & _MASK for n in range(6 + len(problem.spreads))]
        counts = Counts(fields[2], fields[3], fields[4], fields[5], tuple(fields[6:]))
        return float(sum(count_cost(problem, fields[0], fields[1], counts).values()))

    def _price_of_grades(self, code: int) -> float:
        return grade_cost(
            self._compiled.problem,
            (n for n in range(code.bit_length() // _FIELD + 1) if code >> (_FIELD * n) & _MASK),
        )

    def _count(self) -> None:
        """Each pupil's kind and grade as a number to add; each room's sum of them."""
        pupils, rooms = self._compiled.problem.pupils, self._compiled.problem.rooms
        ghosts = [0] * self._ghosts
        lowest = min((pupil.grade for pupil in pupils), default=0)
        self._kind = [self._kind_of(i) for i in self._compiled.pupils] + ghosts
        self._grade = [1 << (_FIELD * (p.grade - lowest)) for p in pupils] + ghosts
        self._classes = max(self._compiled.class_of, default=0) + 2
        self._class = [*self._compiled.class_of, *([self._classes - 1] * self._ghosts)]
        self._kinds = [room.beds + (room.lower_beds << _FIELD) for room in rooms]
        self._grades = [0] * len(rooms)
        self._members = ([0] * (self._classes - 1) + [self._no_price_from]) * len(rooms)
        for i, room in enumerate(self._room):
            self._kinds[room] += self._kind[i]
            self._grades[room] += self._grade[i]
            self._members[room * self._classes + self._class[i]] += 1

    def _kind_of(self, i: int) -> int:
        pupil = self._compiled.problem.pupils[i]
        asks = pupil.needs_buddy and not pupil.buddies
        fields = [
            2 + n for n, is_so in enumerate((True, asks, pupil.can_be_buddy, pupil.lower_bunk)) if is_so
        ]
        return sum(1 << (_FIELD * n) for n in (*fields, *(6 + n for n in self._compiled.spreads[i])))

    def _relate(self) -> None:
        """Links as plain tuples; who shares one with whom; how many of their wishes each has met."""
        links = self._compiled.links
        none: list[tuple[tuple[int, float, bool, bool], ...]] = [()] * self._ghosts
        self._links = [
            tuple((k.other, k.weight - HARD * k.is_apart, k.asks, k.is_asked) for k in own) for own in links
        ] + none
        near = [frozenset(link.other for link in own) for own in links]
        self._related = [near[i].union(*(near[o] for o in near[i])) - {i} for i in self._compiled.pupils] + [
            frozenset[int]()
        ] * self._ghosts
        self._unmet = [*self._compiled.unmet, *([0.0] * self._ghosts)]
        room = self._room
        self._met = [
            sum(asks and room[o] == room[i] for o, _, asks, _ in own) for i, own in enumerate(self._links)
        ]

    def _aim(self) -> None:
        """Whose room each pupil looks at for a swap, drawn once: a friend's, today's, a mate's, a peer's."""
        dice, pupils = self._dice, self._compiled.problem.pupils
        by_class: dict[int, list[int]] = {}
        by_grade: dict[int, list[int]] = {}
        for i in self._compiled.pupils:
            by_class.setdefault(self._class[i], []).append(i)
            by_grade.setdefault(pupils[i].grade, []).append(i)
        anchor = len(self._room)
        self._room += range(len(self._slots))
        self._targets = []
        for i in self._compiled.pupils:
            mates = by_class[self._class[i]]
            peers = [p for n in (-1, 0, 1) for p in by_grade.get(pupils[i].grade + n, ())]
            friends = [k.other for k in self._compiled.links[i] if not k.is_apart] or mates
            home = self._compiled.home[i]
            self._targets.append(
                dice.choices(friends, k=TO_FRIEND)
                + ([anchor + home] * TO_TODAY if home >= 0 else dice.choices(mates, k=TO_TODAY))
                + dice.choices(mates, k=TO_MATE)
                + dice.choices(peers, k=TO_PEER)
            )

    # --- the search -------------------------------------------------------------------------------

    def run(self, moves: int, tick: Tick | None = None) -> list[int]:
        """Spend the budget; the best places met."""
        blocks = max(1, moves // BLOCK)
        cooling = (COLDEST / HOTTEST) ** (1 / max(1, blocks - 1))
        heat, gained, best = HOTTEST, 0.0, 0.0
        places = self.places()
        for block in range(blocks):
            gained += self.block(BLOCK, heat)
            heat *= cooling
            if gained < best:
                best, places = gained, self.places()
            if tick is not None:
                tick(block + 1, blocks)
        return places

    def places(self) -> list[int]:
        """Where everybody is now, by position."""
        return self._room[: self._people]

    def block(self, moves: int, heat: float) -> float:
        """Try so many swaps at one temperature; what the taken ones changed in all."""
        dice, log = self._dice.random, math.log
        people, room, slots, targets = self._people, self._room, self._slots, self._targets
        change, links_change, related, swap = self._change, self._links_change, self._related, self._swap
        total = 0.0
        for _ in range(moves):
            i = int(dice() * people)
            r = room[i]
            s = room[targets[i][int(dice() * 100)]]
            if r == s:
                continue
            there = slots[s]
            j = there[int(dice() * len(there))]
            bound = -heat * log(1.0 - dice())
            if j in related[i]:
                total += self._try_related(i, j, r, s, bound)
                continue
            delta = change(i, j, r, s, bound)
            if delta > bound + _HOPELESS:
                continue
            delta += links_change(i, r, s) + links_change(j, s, r)
            if delta <= bound:
                swap(i, j, r, s)
                total += delta
        return total

    def _change(self, i: int, j: int, r: int, s: int, bound: float) -> float:
        """What it costs, links apart, that `i` in room `r` and `j` in room `s` swap.

        Gives up early, with a part of the sum, once that lies so far above `bound` that no link can make up.
        """
        own, other = self._own[i], self._own[j]
        delta = own[s] - own[r] + other[r] - other[s]
        mine, theirs = self._grade[i], self._grade[j]
        if mine != theirs:
            price, codes = self._grade_price, self._grades
            here, there = codes[r], codes[s]
            delta += price[here - mine + theirs] - price[here] + price[there - theirs + mine] - price[there]
        if delta > bound + _HOPELESS:
            return delta
        mine, theirs = self._class[i], self._class[j]
        if mine != theirs:
            members, leaving, entering, row = self._members, self._leaving, self._entering, self._classes
            here, there = r * row, s * row
            delta += leaving[members[here + mine]] + entering[members[there + mine]]
            delta += leaving[members[there + theirs]] + entering[members[here + theirs]]
        mine, theirs = self._kind[i], self._kind[j]
        if mine != theirs:
            kinds, codes = self._kind_price, self._kinds
            here, there = codes[r], codes[s]
            delta += kinds[here - mine + theirs] - kinds[here] + kinds[there - theirs + mine] - kinds[there]
        return delta

    def _links_change(self, i: int, r: int, s: int) -> float:
        """What the pairs and wishes of `i` change when `i` goes from `r` to `s`, all others staying."""
        room, met, unmet = self._room, self._met, self._unmet
        delta, found = 0.0, 0
        for o, weight, asks, asked in self._links[i]:
            where = room[o]
            if where == r:
                delta += weight
                if asked and met[o] == 1:
                    delta += unmet[o]
            elif where == s:
                delta -= weight
                found += asks
                if asked and not met[o]:
                    delta -= unmet[o]
        if unmet[i]:
            delta += unmet[i] * ((not found) - (not met[i]))
        return delta

    def _try_related(self, i: int, j: int, r: int, s: int, bound: float) -> float:
        """As above for two who share a link: their changes don't add up, so one is made before the other."""
        delta = self._change(i, j, r, s, bound)
        if delta > bound + _HOPELESS:
            return 0.0
        delta += self._links_change(i, r, s)
        self._go(i, r, s)
        delta += self._links_change(j, s, r)
        self._go(i, s, r)
        if delta > bound:
            return 0.0
        self._swap(i, j, r, s)
        return delta

    def _swap(self, i: int, j: int, r: int, s: int) -> None:
        self._go(i, r, s)
        self._go(j, s, r)
        slot, slots = self._slot, self._slots
        slots[r][slot[i]], slots[s][slot[j]] = j, i
        slot[i], slot[j] = slot[j], slot[i]
        change = self._kind[j] - self._kind[i]
        self._kinds[r] += change
        self._kinds[s] -= change
        change = self._grade[j] - self._grade[i]
        self._grades[r] += change
        self._grades[s] -= change
        members, here, there = self._members, r * self._classes, s * self._classes
        members[here + self._class[i]] -= 1
        members[here + self._class[j]] += 1
        members[there + self._class[j]] -= 1
        members[there + self._class[i]] += 1

    def _go(self, i: int, r: int, s: int) -> None:
        """Change the room of `i`, and whose wish that meets or not."""
        room, met = self._room, self._met
        room[i] = s
        found = 0
        for o, _, asks, asked in self._links[i]:
            where = room[o]
            if where == r:
                met[o] -= asked
            elif where == s:
                met[o] += asked
                found += asks
        met[i] = found
