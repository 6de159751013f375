"""How many requests a person and an address may make by the API (settings.API_RATES).

Counted by core.limits_web before the transaction of the request; the throttles say what came of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

if TYPE_CHECKING:  # the framework reads this module while it makes APIView
    from rest_framework.views import APIView


class Throttle(BaseThrottle):
    """Refuses when the count of its scope has run out. Without the middleware it fails: no free pass."""

    scope = ""
    _wait = 0.0

    def allow_request(self, request: Request, view: APIView) -> bool:
        self._wait = request._request.limits_waits.get(self.scope, 0.0)  # type: ignore[attr-defined]
        return self._wait <= 0

    def wait(self) -> float:
        return self._wait


class PersonThrottle(Throttle):
    """Narrow: one program of one person."""

    scope = "person"


class AddressThrottle(Throttle):
    """Wide, since a whole school comes from one address; counts before sign-in, wrong tokens included."""

    scope = "address"
