"""What the district's services refuse, in words for the person."""

from __future__ import annotations


class RefusedError(Exception):
    """Not done; the message says why, beside the field."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field
