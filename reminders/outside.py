"""What people without an account may be told, said by the apps that know the reason.

A higher app registers each kind of message once, when it is ready: whether what it is about still stands, the
words, and where its link leads. The outbox asks at the last moment before sending; it keeps no reason itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reminders.models import Reminder


@dataclass(frozen=True)
class Kind:
    """One kind of message to somebody outside, by its category.

    `stands(reminder)` is asked in the transaction that begins the sending: False for what was moved, called
    off or is over, and for an address that is no longer theirs. `words(reminder)` gives the template's
    context; neither it nor the template names a child, a class or a reason. `template` is the text message
    and the mail's body. `url_name` takes the link's token.
    """

    category: str
    template: str
    url_name: str
    stands: Callable[[Reminder], bool]
    words: Callable[[Reminder], dict[str, Any]]


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _kinds[kind.category] = kind


def kind_of(category: str) -> Kind:
    """Raises ValueError for a category that nobody may send outside."""
    if category not in _kinds:
        raise ValueError(f"{category!r} is no kind of message to people outside: reminders/outside.py.")
    return _kinds[category]


def still_stands(reminder: Reminder) -> bool:
    """What goes to colleagues is withdrawn by whoever calls it off; what goes outside is asked once more."""
    return reminder.outsider_id is None or kind_of(reminder.category).stands(reminder)
