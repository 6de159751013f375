"""Codes of an authenticator app: RFC 6238, SHA-1, six digits, steps of 30 seconds, as all apps take it."""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime

PERIOD = 30
DIGITS = 6
SEED_BYTES = 20  # 160 bits (RFC 4226 §4, R6)


def new_seed() -> str:
    """A random seed, in base32 as apps read it."""
    return base64.b32encode(secrets.token_bytes(SEED_BYTES)).decode()


def step_at(now: datetime) -> int:
    return int(now.timestamp()) // PERIOD


def code_at(seed: str, step: int) -> str:
    """The code of one time step (RFC 4226 §5.3)."""
    digest = hmac.digest(base64.b32decode(seed, casefold=True), step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def matching_steps(seed: str, code: str, *, now: datetime, tolerance: int = 1) -> list[int]:
    """The steps around now whose code this is, oldest first; the tolerance is for a clock a little wrong."""
    this = step_at(now)
    return [
        step
        for step in range(this - tolerance, this + tolerance + 1)
        if hmac.compare_digest(code_at(seed, step).encode(), code.encode())
    ]
