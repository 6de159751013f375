"""What is known about a message that wasn't simply taken."""

from __future__ import annotations


class RefusedError(Exception):
    """Certainly not taken: it may be tried again. Its text is a short code, never a server's words."""


class UnreachedError(RefusedError):
    """Nobody answered, or not to us: the next message would fare no better now."""


class FateUnknownError(Exception):
    """Perhaps taken: it must not be tried again unasked. Its text is a short code."""
