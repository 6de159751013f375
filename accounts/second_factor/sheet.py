"""Printed code sheets: ten codes of ten characters, each good once, kept as slow salted hashes.

Fifty random bits a code; under the 112 bits above which a plain hash would do, so a password hash it is
(ASVS 5.0.0 V6.5.2). One salt a sheet, so that a typed code is hashed once and then found by equality, which
makes using it one atomic UPDATE.
"""

from __future__ import annotations

import secrets
import unicodedata

from django.conf import settings
from django.utils.module_loading import import_string

CODES = 10
LENGTH = 10
# Without I, L, O, 0 and 1, which look alike on paper.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def new_codes() -> list[str]:
    return ["".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(CODES)]


def new_salt() -> str:
    return secrets.token_hex(16)


def shown(code: str) -> str:
    """As it is printed: two groups, which are easier to copy."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def read(typed: str) -> str:
    """What was typed, in capitals, without blanks and strokes; NFKC, for Chinese keyboards."""
    plain = unicodedata.normalize("NFKC", typed)
    return "".join(letter for letter in plain.upper() if letter.isalnum())


def is_code(text: str) -> bool:
    return len(text) == LENGTH and set(text) <= set(ALPHABET)


def hashed(code: str, *, salt: str, hasher: str) -> str:
    """The slow hash; `hasher` is the one the sheet was made with."""
    encoded: str = import_string(hasher)().encode(code, salt)
    return encoded


def hasher() -> str:
    return str(settings.SHEET_HASHER)
