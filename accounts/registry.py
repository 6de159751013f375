"""Where higher apps hang what they know of a person on the person's own page, without being imported here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.models import User


@dataclass(frozen=True)
class Section:
    """A block on /me/: its template, and what it shows of the person on a day."""

    template: str
    load: Callable[[User, date], dict[str, Any]]


_sections: dict[str, Section] = {}


def add_section(section: Section) -> None:
    _sections[section.template] = section


def sections(user: User, *, on: date) -> list[tuple[str, dict[str, Any]]]:
    return [(one.template, one.load(user, on)) for one in _sections.values()]
