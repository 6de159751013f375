"""Counting tries and requests in PostgreSQL, so that no two at the same moment can miss each other.

One statement counts and decides. It is said by middleware, before the transaction of the request begins, so
that a request that fails is counted all the same and no count is locked while a page is made. Keys are kept
as HMAC: the table names no person and no address, and it is unlogged, so that no backup holds it (after a
crash of the database counting starts anew). Source: ASVS 5.0.0 V6.3.1, V2.4.1; security.md.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_DOUBLINGS = 20

_HIT = """
INSERT INTO core_ratecount AS kept (key, count, next_at, ends_at)
VALUES (%(key)s, 1, CASE WHEN %(free)s > 1 THEN %(at_once)s ELSE %(now)s + %(first)s END, %(ends)s)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN kept.ends_at <= %(now)s THEN 1 ELSE kept.count + 1 END,
    ends_at = CASE WHEN kept.ends_at <= %(now)s OR %(rising)s THEN %(ends)s ELSE kept.ends_at END,
    next_at = CASE
        WHEN CASE WHEN kept.ends_at <= %(now)s THEN 1 ELSE kept.count + 1 END < %(free)s THEN %(at_once)s
        WHEN kept.ends_at <= %(now)s THEN %(now)s + %(first)s
        WHEN NOT %(rising)s THEN kept.ends_at
        ELSE %(now)s + least(%(first)s * 2 ^ least(kept.count + 1 - %(free)s, %(most)s), %(longest)s)
    END
WHERE kept.next_at <= %(now)s OR kept.ends_at <= %(now)s
RETURNING next_at
"""
_WAIT = "SELECT next_at FROM core_ratecount WHERE key = %(key)s"
_REFUND = """
UPDATE core_ratecount SET count = count - 1,
    next_at = CASE WHEN count - 1 < %(free)s THEN %(at_once)s ELSE next_at END
WHERE key = %(key)s AND count > 0
"""
_CLEAR = "DELETE FROM core_ratecount WHERE key = %(key)s"
_SWEEP = "DELETE FROM core_ratecount WHERE ends_at <= %(now)s"


@dataclass(frozen=True)
class Window:
    """So many in a span of seconds that begins with the first; then none until it ends."""

    amount: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> Window:
        """ "240/m", "5/5m", "3/2h": how many, in how long. Raises ValueError."""
        amount, _, span = text.partition("/")
        return cls(int(amount), int(span[:-1] or 1) * _UNITS[span[-1:]])

    def params(self) -> dict[str, Any]:
        span = timedelta(seconds=self.seconds)
        return {"free": self.amount, "first": span, "longest": span, "memory": span, "rising": False}


@dataclass(frozen=True)
class Rising:
    """So many freely; after that each one makes the wait for the next twice as long, up to the longest.

    Forgotten when nothing came for `memory` seconds.
    """

    free: int
    first: int
    longest: int
    memory: int

    def params(self) -> dict[str, Any]:
        return {
            "free": self.free,
            "first": timedelta(seconds=self.first),
            "longest": timedelta(seconds=self.longest),
            "memory": timedelta(seconds=self.memory),
            "rising": True,
        }


Rule = Window | Rising


@dataclass(frozen=True)
class Verdict:
    """Whether this one may go on, and from when the next may."""

    allowed: bool
    next_at: datetime

    def wait(self, now: datetime) -> float:
        return max((self.next_at - now).total_seconds(), 0.0)


def hit(name: str, subject: str, rule: Rule, *, now: datetime) -> Verdict:
    """Count one. Of any number at the same moment, as many are allowed as the rule says and not one more."""
    params = _params(name, subject, rule, now)
    row = _ask(_HIT, params)
    if row is not None:
        return Verdict(True, row[0])
    row = _ask(_WAIT, params)
    return Verdict(False, row[0] if row else now)  # swept since: the next try finds it free


def refund(name: str, subject: str, rule: Rule) -> None:
    """Take one back that turned out well."""
    _ask(_REFUND, _params(name, subject, rule, _AT_ONCE))


def clear(name: str, subject: str) -> None:
    """Forget a count."""
    _ask(_CLEAR, {"key": _key(name, subject)})


def sweep(*, now: datetime) -> None:
    """Remove what has run out."""
    _ask(_SWEEP, {"now": now})


def address_of(request: HttpRequest) -> str:
    """Where a request comes from: the address, or of IPv6 the network of one household or school (/64).

    X-Forwarded-For is believed only as far as our own proxies write it, otherwise anybody could choose
    an address.
    """
    address: str = request.META.get("REMOTE_ADDR", "")
    proxies = getattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", 0)
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    if proxies and hops:
        address = hops[-min(proxies, len(hops))]
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:60]
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def _params(name: str, subject: str, rule: Rule, now: datetime) -> dict[str, Any]:
    params = rule.params()
    return {
        **params,
        "key": _key(name, subject),
        "now": now,
        "ends": now + params["memory"],
        "at_once": _AT_ONCE,
        "most": _MOST_DOUBLINGS,
    }


def _key(name: str, subject: str) -> str:
    return salted_hmac("core.limits", f"{name}|{subject}", algorithm="sha256").hexdigest()


def _ask(statement: str, params: dict[str, Any]) -> tuple[Any, ...] | None:
    """Through the driver's own cursor: counting belongs to no page, so it isn't counted among its queries."""
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.cursor() as cursor:
        cursor.execute(statement, params)
        row: tuple[Any, ...] | None = cursor.fetchone() if cursor.description else None
    return row
