"""Seeds of authenticator apps, closed with the program's keyring: a copy of the database makes no code."""

from __future__ import annotations

import base64

from core import keys

PURPOSE = "totp-seed"


def close(seed: str, *, bound_to: str = "") -> str:
    return base64.b64encode(keys.encrypt(PURPOSE, seed.encode(), bound_to=bound_to)).decode()


def open_(closed: str, *, bound_to: str = "") -> str:
    return keys.decrypt(PURPOSE, base64.b64decode(closed), bound_to=bound_to).decode()
