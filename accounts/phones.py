"""Telephone numbers as people type them, brought to one form, so that the same number is the same text."""

from __future__ import annotations

import re
import unicodedata

_SEPARATORS = re.compile(r"[\s().\-‐‑‒–—·]+")
_MOBILE = re.compile(r"1[3-9]\d{9}|\+\d{6,19}")
_MAINLAND = re.compile(r"(?:\+|00)86(1\d{10})")


def normalise(text: str) -> str:
    """Full-width digits made plain, separators dropped, +86 dropped before a mainland mobile number."""
    plain = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
    match = _MAINLAND.fullmatch(plain)
    return match[1] if match else plain


def is_phone(text: str) -> bool:
    """Whether the normalised text could be dialled: 5 to 19 digits, with + only in front."""
    return re.fullmatch(r"\+?\d{5,19}", text) is not None


def is_mobile(text: str) -> bool:
    """Whether a text message may reach the normalised number; a landline takes none.

    A mainland mobile number begins with 13 to 19; of a number abroad the kind isn't known here.
    """
    return _MOBILE.fullmatch(text) is not None
