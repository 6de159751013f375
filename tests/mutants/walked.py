"""The matrix as judge of the first lock's mutants: the rows that run the changed function, with Python's lock alone.

Row security is off, or it would keep back what the mutant lets through.
"""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from collections.abc import Iterator
from types import FrameType
from typing import Any

from accounts.roles import Role
from tests.architecture.code import ROOT
from tests.matrix import cases
from tests.matrix.expect import Case, Lock, State, expected
from tests.matrix.walk import Walk
from tests.mutants import permissions
from tests.mutants.permissions import Mutant

AT_MOST = 160  # requests for one mutant
BATCH = 20
STATES = (State.NORMAL, State.EXPIRED, State.STALE)
SCOUTS = (
    Role.SAFEGUARDING_LEAD,
    Role.COUNSELLOR,
    Role.SCHOOL_ADMIN,
    Role.WARDEN,
    Role.STATISTICS_OFFICER,
)


class Judge:
    def __init__(self, world: Any) -> None:
        self.walk = Walk(world, Lock.PYTHON)
        self.all = list(cases.everything(world, Lock.PYTHON, states=STATES))
        self.runs: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)

    def scout(self) -> int:
        """Which row runs which function of the sources: asked once by a few, before anything is changed."""
        asked = [
            case
            for case in self.all
            if case.who.viewer.role in SCOUTS
            and not case.is_foreign
            and case.state is State.NORMAL
            and case.who.label == case.who.viewer.role.value
            and (case.objects == "own class" or case.who.viewer.role is Role.COUNSELLOR)
        ]
        files = {str(path) for path in permissions.sources()}
        for case in asked:
            row = (case.row.method, case.row.name)

            def note(frame: FrameType, event: str, _arg: Any, row: tuple[str, str] = row) -> None:
                if event == "call" and frame.f_code.co_filename in files:
                    name = frame.f_code.co_qualname.partition(".<locals>")[0]
                    self.runs[frame.f_code.co_filename, name].add(row)

            sys.setprofile(note)
            try:
                self.walk.over([case])
            finally:
                sys.setprofile(None)
        return len(asked)

    def caught_by(self, mutant: Mutant) -> str:
        """What the matrix says first, or nothing."""
        with permissions.standing(mutant):
            for batch in self._batches(mutant):
                self.walk.tally.surprises.clear()
                self.walk.over(batch)
                if self.walk.tally.surprises:
                    return self.walk.tally.surprises[0]
        return ""

    def _batches(self, mutant: Mutant) -> Iterator[list[Case]]:
        """In turns over rows, refusals and what goes through; a few at a time, of one person together."""
        rows = self.runs[str(ROOT / mutant.path), mutant.function]
        found = [case for case in self.all if (case.row.method, case.row.name) in rows]
        if mutant.kind == "step-up":
            found = [case for case in found if case.state is State.STALE]
        random.Random(mutant.key).shuffle(found)
        turns: dict[Any, int] = defaultdict(int)
        ordered: list[tuple[int, int, Case]] = []
        for case in found:
            kind = (case.row.name, case.row.method, next(iter(expected(case))), case.objects)
            turns[kind] += 1
            ordered.append((turns[kind], len(ordered), case))
        chosen = [case for _turn, _number, case in sorted(ordered, key=lambda one: one[:2])[:AT_MOST]]
        for begin in range(0, len(chosen), BATCH):
            yield sorted(chosen[begin : begin + BATCH], key=lambda case: (case.who.user.pk, case.state.value))
