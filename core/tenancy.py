"""For whom the database works: the scope that row-level security asks (the second lock on every child).

A scope is an opaque token. The database keeps only its hash, in a table the program's role can't read, with
the person it stands for; policies look the token up by `kl.me()`, `kl.my_schools()` and the like. Without a
scope, or with an invented one, there are no rows. `core.postgres` names the scope in front of each
transaction.

A row in that table is made by `kl.open_scope` alone, which wants a proof made with a secret that only the
program's settings and the owner's table hold: an injected statement can neither read a token nor make one.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from hashlib import sha256
from typing import Any, Protocol

from django.conf import settings
from django.db import DatabaseError, connection
from psycopg2 import extensions

SETTING = "app.session"
# A task that takes longer than this is stuck; what it did in its transactions stands.
PROGRAM_SECONDS = 3 * 60 * 60
_API_SECONDS = 10 * 60
_FAILED = extensions.TRANSACTION_STATUS_INERROR

_token: ContextVar[str | None] = ContextVar("kiteline_scope", default=None)


class Person(Protocol):
    """Whoever a scope stands for."""

    pk: Any


class ScopeError(Exception):
    """The database refused to open a scope; the message says the remedy."""


def current_token() -> str | None:
    return _token.get()


def secret() -> bytes:
    """What proves to the database that a scope is of the program's making; from SECRET_KEY alone."""
    return hmac.digest(settings.SECRET_KEY.encode(), b"kiteline.scope.v1", "sha256")


@contextmanager
def use(token: str | None) -> Iterator[None]:
    """Work in the scope of a token; None for nobody's."""
    before: Token[str | None] = _token.set(token)
    try:
        yield
    finally:
        _token.reset(before)


def switch(token: str | None) -> None:
    """Go on in another scope until the `use` around this ends: for somebody who has just signed in."""
    _token.set(token)


@contextmanager
def program(purpose: str) -> Iterator[None]:
    """A scope of the program's own, over every school: for commands, tasks, and pages opened by a link.

    `purpose` stands in the audit in the place of a person. Short-lived, and closed at the end.
    """
    with _made(None, purpose, PROGRAM_SECONDS):
        yield


@contextmanager
def acting(user: Person, purpose: str) -> Iterator[None]:
    """A scope for work in somebody's name after their request has ended: it sees what they see, no more."""
    with _made(user.pk, purpose, PROGRAM_SECONDS):
        yield


@contextmanager
def _made(user_id: int | None, purpose: str, seconds: int) -> Iterator[None]:
    token = secrets.token_hex(32)
    open_scope(token, user_id=user_id, purpose=purpose, seconds=seconds)
    try:
        with use(token):
            yield
    finally:
        _close_quietly(token)


def open_for_session(user: Person, nonce: str, *, seconds: int) -> str:
    """The scope of a sign-in: its token is worked out of a nonce in the session, and stored nowhere."""
    token = token_of_session(nonce)
    open_scope(token, user_id=user.pk, purpose="web", seconds=seconds)
    return token


def token_of_session(nonce: str) -> str:
    return hmac.new(secret(), f"web|{nonce}".encode(), sha256).hexdigest()


def open_for_api(user: Person) -> str:
    """The scope of a request that came with an API token."""
    token = secrets.token_hex(32)
    open_scope(token, user_id=user.pk, purpose="api", seconds=_API_SECONDS)
    return token


def open_scope(token: str, *, user_id: int | None, purpose: str, seconds: int, using: Any = None) -> None:
    """Make the row that a token stands for. Raises ScopeError when the database holds another secret."""
    hashed = sha256(token.encode()).digest()
    said = f"{hashed.hex()}|{'' if user_id is None else user_id}|{purpose}|{seconds}"
    proof = hmac.digest(secret(), said.encode(), "sha256")
    try:
        _call(using, "SELECT kl.open_scope(%s, %s, %s, %s, %s)", [hashed, user_id, purpose, seconds, proof])
    except DatabaseError as error:
        if "scope proof" not in str(error):
            raise
        raise ScopeError(
            "The database was prepared with another SECRET_KEY: run `manage.py migrate --database=owner`."
        ) from None


def close_scope(token: str) -> None:
    _call(None, "SELECT kl.close_scope(%s)", [sha256(token.encode()).digest()])


def close_scopes_of(user_id: int) -> None:
    """End every scope of a person at once: their open pages see nothing from the next statement on."""
    _call(None, "SELECT kl.close_scopes_of(%s)", [user_id])


def sweep_scopes() -> None:
    """Forget what has run out."""
    _call(None, "SELECT kl.sweep_scopes()", [])


def install(using: Any) -> None:
    """Put the secret and the time zone where only the gate reads them; the owner does it after migrating."""
    key = secret().ljust(64, b"\0")
    inner, outer = bytes(byte ^ 0x36 for byte in key), bytes(byte ^ 0x5C for byte in key)
    with using.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kl.setting (one, inner_pad, outer_pad, time_zone) VALUES (true, %s, %s, %s)"
            " ON CONFLICT (one) DO UPDATE SET inner_pad = excluded.inner_pad,"
            " outer_pad = excluded.outer_pad, time_zone = excluded.time_zone",
            [inner, outer, settings.TIME_ZONE],
        )


def _close_quietly(token: str) -> None:
    """In a transaction that has failed nothing can be said; the scope then runs out by itself."""
    failed = connection.connection and connection.connection.get_transaction_status() == _FAILED
    if failed or (connection.in_atomic_block and connection.needs_rollback):
        return
    close_scope(token)


def _call(using: Any, statement: str, params: list[Any]) -> None:
    """Not counted among a page's queries, and said in whatever transaction is open.

    Through the driver's own cursor: the caller may be about to change the scope that core.postgres says.
    """
    chosen = using or connection
    chosen.ensure_connection()
    with chosen.wrap_database_errors, chosen.connection.cursor() as cursor:
        cursor.execute(statement, params)
