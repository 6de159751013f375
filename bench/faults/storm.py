"""One run: workers that send, and everything that goes wrong around them."""

from __future__ import annotations

import argparse
import random
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from accounts.models import User
from reminders import services
from reminders.models import Reminder, State
from schools.models import School
from tests import factories
from tests.reminders import harness

BATCH = 1000
STEPS_BETWEEN_KILLS = 30  # at most; a message is seven steps
# Chance of each fault at a step of one message, and what the server then does.
KILL_AT_STEP = 0.01
REFUSE = {"mail": 0.005, "recipient": 0.01, "data": 0.005}
BREAK = {
    "connected": 0.003,
    "mail": 0.003,
    "data": 0.003,
    "text": 0.003,
    "accepted": 0.005,
    "answered": 0.005,
}


class Storm:
    def __init__(self, options: argparse.Namespace, var: Path) -> None:
        self.options = options
        self.dice = random.Random(options.seed)
        self.var = var
        self.faults: Counter[str] = Counter()
        self.planned = 0
        self.steps = 0
        self.school: School = factories.make_school()
        self.reader: User = factories.make_user("reader", email="reader@school.test")

    def run(self) -> dict[str, float]:
        started = time.monotonic()
        with harness.Ledger() as ledger:
            ledger.hook = self._at_step
            env = harness.environment(self.var, ledger.port, REMINDER_LEASE_SECONDS="3")
            with harness.Workers(env) as self.workers:
                killer = threading.Thread(target=self._kill_at_random, daemon=True)
                killer.start()
                self._while_killing()
                killer.join()
                ledger.hook = lambda *_: None
                self._drain()
            found = harness.verdict(ledger)
        return {
            "reminders": self.planned,
            "kills": self.faults["kill"] + self.faults["kill_at_step"],
            **self.faults,
            **found,
            "died": self.workers.died,
            "seconds": round(time.monotonic() - started),
        }

    def _kills(self) -> int:
        return self.faults["kill"] + self.faults["kill_at_step"]

    def _is_over(self) -> bool:
        return self._kills() >= self.options.kills and self.planned >= self.options.reminders

    def _while_killing(self) -> None:
        next_storm = time.monotonic() + 5
        while not self._is_over():
            assert self.workers.died == 0, "a worker ended by itself: its traceback is above"
            try:
                self._feed()
                self._call_off_a_few()
                if time.monotonic() > next_storm:
                    harness.end_other_sessions()
                    self.faults["sessions_ended"] += 1
                    next_storm = time.monotonic() + self.dice.uniform(3, 8)
            except (OperationalError, InterfaceError):
                connection.close()  # our own session was ended too
            time.sleep(0.3)

    def _feed(self) -> None:
        """Keep work waiting, and let the back-off pass at once: nobody wants to wait four hours here."""
        waiting = Reminder.objects.filter(state=State.PLANNED)
        waiting.filter(next_try_at__gt=timezone.now()).update(next_try_at=timezone.now())
        if waiting.count() < BATCH:
            due = timezone.now() - timedelta(seconds=1)
            Reminder.objects.bulk_create(self._reminder(due) for _ in range(BATCH))

    def _reminder(self, due):  # type: ignore[no-untyped-def]
        self.planned += 1
        return Reminder(
            school=self.school,
            recipient=self.reader,
            channel="email",
            category="follow_up",
            about=f"bench.storm:{self.planned}",
            url_path="/",
            dedupe_key=f"storm|{self.planned}",
            due_at=due,
            next_try_at=due,
        )

    def _call_off_a_few(self) -> None:
        open_rows = Reminder.objects.standing().filter(state__in=[State.PLANNED, State.LEASED])
        for about in open_rows.order_by("-attempt").values_list("about", flat=True)[:1]:
            services.cancel(about=about, by=None, now=timezone.now())
            self.faults["called_off"] += 1

    def _kill_at_random(self) -> None:
        """A kill some steps after the one before, so that a slow machine sends as much between two kills."""
        while not self._is_over():
            while len(self.workers.alive) < self.options.workers:
                self.workers.start()
            due_at_step = self.steps + self.dice.randint(1, STEPS_BETWEEN_KILLS)
            patience = time.monotonic() + 1
            while self.steps < due_at_step and time.monotonic() < patience:
                time.sleep(0.001)
            time.sleep(self.dice.uniform(0, 0.02))
            alive = list(self.workers.alive)
            if alive and self._kills() < self.options.kills:
                self.faults["kill"] += self.workers.kill(self.dice.choice(alive))

    def _at_step(self, step: str, port: int) -> str | None:
        self.steps += 1
        luck = self.dice.random()
        if luck < KILL_AT_STEP:
            if self.workers.kill(self.workers.sender(port)):
                self.faults["kill_at_step"] += 1
                self.faults[f"kill_at_{step}"] += 1
            return None
        luck -= KILL_AT_STEP
        if luck < REFUSE.get(step, 0):
            self.faults["refused"] += 1
            return "451 Try again later"
        luck -= REFUSE.get(step, 0)
        if luck < BREAK.get(step, 0):
            self.faults["broken"] += 1
            return harness.BREAK
        return None

    def _drain(self) -> None:
        """No more faults: two workers finish what is left, and the lost leases run out."""
        connection.close()  # perhaps ended by the last storm
        self.workers.kill_all()
        for _ in range(2):
            self.workers.start()
        end = time.monotonic() + 600
        while not harness.is_settled() and time.monotonic() < end:
            now = timezone.now()
            Reminder.objects.filter(state=State.PLANNED, next_try_at__gt=now).update(next_try_at=now)
            time.sleep(0.5)
