"""What higher apps know of a person, asked without importing them: their page, roles, how to tell them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from accounts.models import User


@dataclass(frozen=True)
class Section:
    """A block on /me/: its template, and what it shows of the person on a day."""

    template: str
    load: Callable[[User, date], dict[str, Any]]


_sections: dict[str, Section] = {}
_closing_checks: dict[str, Callable[[User, date], None]] = {}


def add_section(section: Section) -> None:
    _sections[section.template] = section


def sections(user: User, *, on: date) -> list[tuple[str, dict[str, Any]]]:
    return [(one.template, one.load(user, on)) for one in _sections.values()]


# Whether a person's roles want a passkey or an app's code: a printed sheet isn't enough for them.
StrongRule = Callable[[User, date], bool]
_strong_rules: list[StrongRule] = []


def ask_for_strong_factor(rule: StrongRule) -> None:
    _strong_rules.append(rule)


def needs_strong_factor(user: User, *, on: date) -> bool:
    return any(rule(user, on) for rule in _strong_rules)


class Teller(Protocol):
    """Tells a person that something about their account has changed."""

    def __call__(
        self, user: User, *, category: str, about: str, url_path: str, by: User | None, now: datetime
    ) -> None: ...


_tellers: list[Teller] = []


def tell_by(teller: Teller) -> None:
    _tellers.append(teller)


def tell(user: User, *, category: str, about: str, url_path: str, by: User | None, now: datetime) -> None:
    """Tell somebody, in the transaction of the change; `category` is one of reminders.categories."""
    for teller in _tellers:
        teller(user, category=category, about=about, url_path=url_path, by=by, now=now)


class MustStayOpenError(Exception):
    """An account that can't be closed yet; the message says the remedy and may be shown."""


def add_closing_check(name: str, check: Callable[[User, date], None]) -> None:
    """`check(user, day)` runs in the transaction that closes an account, and raises MustStayOpenError."""
    _closing_checks[name] = check


def check_may_close(user: User, *, on: date) -> None:
    for check in _closing_checks.values():
        check(user, on)
