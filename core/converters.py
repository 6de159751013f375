"""Parts of addresses."""

from __future__ import annotations

from datetime import date


class DateConverter:
    """A day as YYYY-MM-DD; what isn't a day of the calendar is no address."""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()
