"""pytest as judge of the first lock's mutants: each against the tests that run the changed function.

In one process, or starting it would take longer than the tests. First each test runs once with nothing changed, and
what it runs is noted; then, for each mutant of MUTANTS_ASKED, those tests run until one fails.
"""

from __future__ import annotations

import inspect
import json
import os
import sys
import time
from collections import defaultdict
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tests.architecture.code import ROOT
from tests.mutants import permissions

AT_MOST = 250  # tests for one mutant
CHECKED = "required.<locals>.checked"  # what step_up.required puts around a view


class Judge:
    def __init__(self, session: pytest.Session) -> None:
        self.session = session
        self.files = {str(path) for path in permissions.sources()}
        self.door = str(ROOT / "accounts" / "step_up.py")
        self.runs: dict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)

    def scout(self) -> list[str]:
        """Notes what each test runs; those that fail with nothing changed."""
        broken = []
        for number, item in enumerate(self.session.items):
            ran: set[tuple[str, str]] = set()

            def note(frame: FrameType, event: str, _arg: Any, ran: set[tuple[str, str]] = ran) -> None:
                code = frame.f_code
                if event != "call":
                    return
                if code.co_filename == self.door and code.co_qualname == CHECKED:
                    # Whoever is turned away here never gets into the view itself.
                    code = inspect.unwrap(frame.f_locals["view"]).__code__
                if code.co_filename in self.files:
                    ran.add((code.co_filename, code.co_qualname.partition(".<locals>")[0]))

            begun = time.monotonic()
            sys.setprofile(note)
            try:
                if self._fails(item):
                    broken.append(item.nodeid)
            finally:
                sys.setprofile(None)
            for function in ran:
                self.runs[function].append((time.monotonic() - begun, number))
        return broken

    def caught_by(self, mutant: permissions.Mutant) -> str:
        chosen = sorted(self.runs[str(ROOT / mutant.path), mutant.function], key=self._order)[:AT_MOST]
        with permissions.standing(mutant):
            for _seconds, number in chosen:
                item = self.session.items[number]
                if self._fails(item):
                    return item.nodeid
        return ""

    def _order(self, run: tuple[float, int]) -> tuple[bool, bool, float]:
        """Tests of the rules themselves first: the code behind every page is run by more tests than are tried."""
        seconds, number = run
        name = self.session.items[number].path.name
        return "rules" not in name, "access" not in name, seconds

    def _fails(self, item: pytest.Item) -> bool:
        self.session._setupstate.teardown_exact(item)  # what the last one left of another file
        other = self.session.items[1 if item is self.session.items[0] else 0]
        return any(report.failed for report in runtestprotocol(item, log=False, nextitem=other))


def pytest_runtestloop(session: pytest.Session) -> bool:
    asked = json.loads(Path(os.environ["MUTANTS_ASKED"]).read_text(encoding="utf-8"))
    result = Path(os.environ["MUTANTS_RESULT"])
    judge, mutants = Judge(session), permissions.made()
    if broken := judge.scout():
        raise pytest.UsageError(f"These fail with nothing changed: {', '.join(broken)}")
    found: dict[str, str] = {}
    for number in asked:
        found[str(number)] = judge.caught_by(mutants[number])
        result.write_text(json.dumps(found), encoding="utf-8")
    return True
