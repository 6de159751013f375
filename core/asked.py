"""What an address asks for, read without trust: a slip of the hand gives the usual page, never an error."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest
from django.utils.dateparse import parse_date

# days outside can only be a slip of the hand, and would overflow a calendar's weeks
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)


def day(request: HttpRequest, name: str) -> date | None:
    """The day in the query string under this name; None where there is none that makes sense."""
    try:
        asked = parse_date(request.GET.get(name, ""))
    except ValueError:
        return None
    return asked if asked is not None and EARLIEST < asked < LATEST else None
