"""How a service of rolls and leaves says no."""

from __future__ import annotations


class RefusedError(Exception):
    """A rule refuses the change. The message may be shown; `field` names the form field it belongs to."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field or None
