"""Where higher apps hang what they show on the child page and on Today, without being imported here.

Each registers once, when it is ready. A source gets the person who looks, and gives back only what
that person may see; the page merges and cuts.
"""

from __future__ import annotations

import heapq
import itertools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise

from accounts.models import User
from students.models import Student

_CURSOR = re.compile(r"([0-9]{1,20})-([a-z_]{1,30})-([0-9]{1,18})")


@dataclass(frozen=True)
class Position:
    """A place in the chronology: newer entries have larger positions; the key makes it total."""

    at: datetime
    source: str
    pk: int

    @property
    def key(self) -> tuple[datetime, str, int]:
        return (self.at, self.source, self.pk)

    def encode(self) -> str:
        micros = int(self.at.timestamp()) * 1_000_000 + self.at.microsecond
        return f"{micros}-{self.source}-{self.pk}"

    def older(self, source: str, field: str) -> Q:
        """The rows of another source, timed by `field`, that come after this place on the page."""
        if source == self.source:
            return Q(**{f"{field}__lt": self.at}) | Q(**{field: self.at, "pk__lt": self.pk})
        return Q(**{f"{field}__lte" if source < self.source else f"{field}__lt": self.at})

    @classmethod
    def decode(cls, text: str | None) -> Position | None:
        """The position a cursor names, or None (the newest page) when it is none of ours."""
        match = _CURSOR.fullmatch(text or "")
        if match is None:
            return None
        seconds, micros = divmod(int(match[1]), 1_000_000)
        try:
            at = datetime.fromtimestamp(seconds, tz=UTC).replace(microsecond=micros)
        except (ValueError, OverflowError, OSError):
            return None
        return cls(at, match[2], int(match[3]))


@dataclass(frozen=True)
class Entry:
    """One line of the chronology: where it stands, and the templates that draw it on screen and on paper."""

    position: Position
    kind: str
    template: str
    print_template: str
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """A feed of the chronology: `entries(user, student, now, before, limit)`, newest first.

    `is_for` tells whether the page offers it as a filter to this person; without one, to everybody.
    """

    name: str
    label: Promise | str
    entries: Callable[[User, Student, datetime, Position | None, int], list[Entry]]
    is_for: Callable[[User, Student, datetime], bool] | None = None


@dataclass(frozen=True)
class Panel:
    """A block on Today; `load` returns the template's context, or None when it isn't for this person."""

    order: int
    template: str
    load: Callable[[User, datetime], dict[str, Any] | None]


@dataclass(frozen=True)
class Action:
    """A button on the child page, or None when the person lacks the right."""

    order: int
    load: Callable[[User, Student, datetime], dict[str, Any] | None]


_sources: dict[str, Source] = {}
_panels: dict[str, Panel] = {}
_actions: dict[str, Action] = {}
_facts: dict[str, Callable[[User, Student, datetime], Promise | str | None]] = {}


def add_source(source: Source) -> None:
    _sources[source.name] = source


def add_panel(panel: Panel) -> None:
    _panels[panel.template] = panel


def add_action(name: str, action: Action) -> None:
    _actions[name] = action


def add_fact(name: str, fact: Callable[[User, Student, datetime], Promise | str | None]) -> None:
    """A short text for the sticky header, such as the days since the last talk."""
    _facts[name] = fact


def sources(user: User, student: Student, *, now: datetime) -> list[Source]:
    """The feeds that the page offers to this person as filters."""
    return [one for one in _sources.values() if one.is_for is None or one.is_for(user, student, now)]


def chronology(
    user: User, student: Student, *, now: datetime, cursor: str | None, kind: str = "", size: int = 20
) -> tuple[list[Entry], str | None]:
    """One page of everything that happened, newest first, and the cursor of the next page.

    Every source gives at most `size` + 1 entries before the cursor, so the cost is fixed by the
    number of sources and not by the length of the child's file.
    """
    before = Position.decode(cursor)
    wanted: Iterable[Source] = [_sources[kind]] if kind in _sources else _sources.values()
    feeds = [source.entries(user, student, now, before, size + 1) for source in wanted]
    merged = heapq.merge(*feeds, key=lambda entry: entry.position.key, reverse=True)
    page = list(itertools.islice(merged, size + 1))
    more = len(page) > size
    page = page[:size]
    return page, page[-1].position.encode() if more else None


def panels(user: User, *, now: datetime) -> list[tuple[str, dict[str, Any]]]:
    """Today's blocks for this person, in order."""
    found = []
    for panel in sorted(_panels.values(), key=lambda one: one.order):
        context = panel.load(user, now)
        if context is not None:
            found.append((panel.template, context))
    return found


def actions(user: User, student: Student, *, now: datetime) -> list[dict[str, Any]]:
    ordered = sorted(_actions.values(), key=lambda one: one.order)
    return [made for action in ordered if (made := action.load(user, student, now)) is not None]


def header_facts(user: User, student: Student, *, now: datetime) -> list[Any]:
    return [text for fact in _facts.values() if (text := fact(user, student, now)) is not None]
