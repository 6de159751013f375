"""Leaves in every state in one school: asked, half approved, approved, refused, out, late, back. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from demo import house_rows as rows
from demo.households import Child, NextId, SchoolFacts, seeded_uuid
from demo.rows import GuardianLink, Rows

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_WEEKENDS_BACK = 6
_EVERY = 9  # boarders: of so many one was at home over a weekend
_REFUSAL = "这周有期中考试，请和家里商量改到周末。"
_ALONE = ["自己坐班车回村", "搭同村表叔的车", "由姑姑来接"]


@dataclass
class Leaves:
    """Fills `made`; whoever signs in to the demo finds the first of them among their own pupils."""

    school: SchoolFacts
    children: Sequence[Child]
    signing_in: set[int]
    now: datetime
    next_id: NextId
    made: Rows
    rng: Random = field(init=False)

    def __post_init__(self) -> None:
        self.rng = Random(f"{self.school.plan.code}:leaves")
        self._collectors: dict[int, int] = {}
        for link in self.made.of(GuardianLink):
            if link.may_collect == "yes":
                self._collectors.setdefault(link.student_id, link.id)

    def build(self) -> list[rows.Leave]:
        boarders = [child for child in self.children if child.boards]
        boarders.sort(key=lambda child: (child.school_class.teacher_id not in self.signing_in, child.id))
        tellings = (
            self._asked,
            self._half_approved,
            self._approved,
            self._late,
            self._out,
            self._back_today,
            self._refused,
            self._cancelled,
        )
        for tell, child in zip(tellings, boarders, strict=False):
            tell(child)
        for number, child in enumerate(boarders[len(tellings) :]):
            if number % _EVERY == 0:
                self._weekend(child, number // _EVERY % _WEEKENDS_BACK + 1)
        return self.made.of(rows.Leave)

    # --- how each of them stands -------------------------------------------------------------------
    def _asked(self, child: Child) -> None:
        self._add(child, "weekend", "home", self._friday(), self._friday() + 2 * _DAY, asked=2 * _HOUR)

    def _half_approved(self, child: Child) -> None:
        """The house agreed; the class teacher's word is missing."""
        leaves_at = self._at(1, time(13, 30))
        steps = self._by("house_approved", self.school.warden_ids[1], self.now - 2 * _HOUR)
        self._add(child, "hours", "doctor", leaves_at, leaves_at + 4 * _HOUR, asked=5 * _HOUR, **steps)

    def _approved(self, child: Child) -> None:
        leaves_at = self.now + 1.5 * _HOUR
        self._add(child, "nights", "family", leaves_at, leaves_at + _DAY, asked=_DAY, **self._both(child))

    def _late(self, child: Child) -> None:
        due = self.now - timedelta(minutes=42)
        gate = self._by("out", self.school.warden_ids[0], due - 4 * _HOUR)
        steps = {**self._both(child), **gate}
        self._add(child, "hours", "doctor", due - 4 * _HOUR, due, asked=_DAY, **steps)

    def _out(self, child: Child) -> None:
        left = self.now - 20 * _HOUR
        steps = {**self._both(child), **self._by("out", self.school.warden_ids[0], left)}
        self._add(child, "nights", "ill", left, left + 2 * _DAY, asked=_DAY, **steps)

    def _back_today(self, child: Child) -> None:
        left, back = self.now - 3 * _HOUR, self.now - timedelta(minutes=25)
        gate = {
            **self._by("out", self.school.warden_ids[0], left),
            **self._by("back", self.school.warden_ids[0], back),
        }
        self._add(
            child, "hours", "school", left, self.now + _HOUR, asked=_DAY, **{**self._both(child), **gate}
        )

    def _refused(self, child: Child) -> None:
        leaves_at = self._at(2, time(16, 0))
        no = self._by("refused", child.school_class.teacher_id, self.now - 3 * _HOUR)
        self._add(child, "nights", "other", leaves_at, leaves_at + _DAY, asked=_DAY, refusal=_REFUSAL, **no)

    def _cancelled(self, child: Child) -> None:
        leaves_at = self._at(1, time(8, 0))
        off = self._by("cancelled", self.school.warden_ids[0], self.now - _HOUR)
        self._add(child, "hours", "family", leaves_at, leaves_at + 6 * _HOUR, asked=_DAY, **off)

    def _weekend(self, child: Child, weeks_back: int) -> None:
        """At home from a Friday until the Sunday evening, long over."""
        friday = self._friday() - timedelta(weeks=weeks_back)
        if friday + 3 * _DAY > self.now or friday.date() < self.school.year_starts_on:
            return
        back = friday + 2 * _DAY + timedelta(minutes=self.rng.randrange(-60, 40))
        steps = {
            **self._both(child, at=friday - _DAY),
            **self._by("out", self.school.warden_ids[0], friday),
            **self._by("back", self.school.warden_ids[1], back),
        }
        self._add(
            child,
            "weekend",
            "home",
            friday,
            friday + 2 * _DAY,
            asked=self.now - friday + 2 * _DAY,
            **steps,
        )

    # --- parts -------------------------------------------------------------------------------------
    def _add(
        self,
        child: Child,
        kind: str,
        reason: str,
        leaves_at: datetime,
        due_back_at: datetime,
        *,
        asked: timedelta,
        **steps: Any,
    ) -> None:
        collector = self._collectors.get(child.id)
        self.made.add(
            rows.Leave(
                self.next_id(rows.Leave),
                seeded_uuid(self.rng, self.now - asked),
                self.school.id,
                child.id,
                kind,
                reason,
                leaves_at,
                due_back_at,
                collector,
                "" if collector else self.rng.choice(_ALONE),
                self.school.warden_ids[0],
                self.now - asked,
                **steps,
            )
        )

    def _both(self, child: Child, *, at: datetime | None = None) -> dict[str, Any]:
        at = at or self.now - 22 * _HOUR
        return {
            **self._by("class_approved", child.school_class.teacher_id, at),
            **self._by("house_approved", self.school.warden_ids[1], at),
        }

    @staticmethod
    def _by(step: str, user_id: int, at: datetime) -> dict[str, Any]:
        return {f"{step}_by_id": user_id, f"{step}_at": at}

    def _at(self, days: int, clock: time) -> datetime:
        return datetime.combine(self.now.date() + days * _DAY, clock, tzinfo=self.now.tzinfo)

    def _friday(self) -> datetime:
        """The Friday that comes."""
        return self._at((4 - self.now.weekday()) % 7 or 7, time(16, 30))
