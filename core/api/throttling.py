"""How many requests a person and an address may make, counted once for all web processes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

if TYPE_CHECKING:  # the framework reads this module while it makes APIView
    from rest_framework.views import APIView

# One statement, so that requests at the same moment can't miss each other, as they do between the
# read and the write of a cache. The rows live in the cache's table, which forgets what has expired.
_COUNT = """
INSERT INTO core_cache (cache_key, value, expires) VALUES (%(key)s, '1', %(ends)s)
ON CONFLICT (cache_key) DO UPDATE SET
    value = CASE WHEN core_cache.expires <= %(now)s THEN '1' ELSE (core_cache.value::bigint + 1)::text END,
    expires = CASE WHEN core_cache.expires <= %(now)s THEN %(ends)s ELSE core_cache.expires END
RETURNING value::bigint, expires
"""
_SECONDS = {"s": 1, "m": 60, "h": 3600}


class Throttle(BaseThrottle):
    """So many requests in a window that begins with the first; rates are settings.API_RATES ("240/m")."""

    scope = ""
    _wait = 0.0

    def ident(self, request: Request) -> str:
        raise NotImplementedError

    def allow_request(self, request: Request, view: APIView) -> bool:
        number, unit = settings.API_RATES[self.scope].split("/")
        now = timezone.now()
        with connection.cursor() as cursor:
            cursor.execute(
                _COUNT,
                {
                    "key": f"api:{self.scope}:{self.ident(request)}",
                    "now": now,
                    "ends": now + timedelta(seconds=_SECONDS[unit]),
                },
            )
            count, ends = cursor.fetchone()
        self._wait = (ends - now).total_seconds()
        return bool(count <= int(number))

    def wait(self) -> float:
        return self._wait


class PersonThrottle(Throttle):
    """Narrow: one program of one person."""

    scope = "person"

    def ident(self, request: Request) -> str:
        return str(request.user.pk)


class AddressThrottle(Throttle):
    """Wide, since a whole school comes from one address; counts before sign-in, wrong tokens included.

    X-Forwarded-For is believed only as far as our own proxies write it, otherwise anybody could choose
    an address.
    """

    scope = "address"

    def ident(self, request: Request) -> str:
        address: str = request.META.get("REMOTE_ADDR", "")
        proxies = getattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", 0)
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
        if proxies and hops:
            address = hops[-min(proxies, len(hops))]
        return address[:60]
