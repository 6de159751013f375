"""Links for people without an account: made with the message, shown by GET, used once by POST.

The token stands in the message and nowhere else; the table has its SHA-256. A token of 256 random bits needs
no slow hash. The page that opens a link works in the program's own scope, so what it may show is decided by
the row that the token finds, never by something in the address besides.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import connection

from reminders.models import Link, Reminder

_BYTES = 32
# Of a message without an end of its own.
_LIFETIME = timedelta(days=3)

_USE = """
    UPDATE reminders_link SET used_at = %(now)s, answer = %(answer)s
    WHERE id = %(id)s AND used_at IS NULL AND expires_at > %(now)s
    RETURNING id
"""


class GoneError(Exception):
    """The link was used, or is too old."""


def make_link(reminder: Reminder, *, now: datetime) -> str:
    """A new token for a message about to be sent.

    Each try has one of its own: if an earlier one arrived after all, its link works too.
    """
    token = secrets.token_urlsafe(_BYTES)
    Link.objects.create(
        school_id=reminder.school_id,
        reminder=reminder,
        purpose=reminder.category,
        about=reminder.about,
        token_hash=fingerprint(token),
        created_at=now,
        expires_at=reminder.expires_at or now + _LIFETIME,
    )
    return token


def fingerprint(token: str) -> bytes:
    return sha256(token.encode()).digest()


def find(token_hash: bytes) -> Link | None:
    """What a token opens, used or not."""
    return Link.objects.select_related("school", "reminder__outsider").filter(token_hash=token_hash).first()


def use(link: Link, *, answer: str, now: datetime) -> None:
    """Use it up: of any number of uses at the same time exactly one gets through.

    Call it in the transaction of what the answer does. Raises GoneError.
    """
    with connection.cursor() as cursor:
        cursor.execute(_USE, {"id": link.pk, "now": now, "answer": answer})
        if cursor.fetchone() is None:
            raise GoneError
