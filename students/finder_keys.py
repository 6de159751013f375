"""The keys under which the finder looks a pupil up; students.services.finder writes them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from core import keys
from students import names as name_reading

NAME, PINYIN, INITIALS, NUMBER, IDENTITY, PHONE = "name", "pinyin", "initials", "number", "identity", "phone"
BED = "bed"
LONGEST = 200
FEWEST_DIGITS = 4
LAST_DIGITS = (4, 6)
SHORTEST_IDENTITY = 18
_DASHES = re.compile(r"\s*[-\u2010-\u2015\u2212~]\s*")
_BED = re.compile(r"\w{1,60}-\w{1,6}")


def keys_of(
    *,
    school_id: int,
    names: Iterable[str],
    numbers: Iterable[str],
    identities: Iterable[str],
    phones: Iterable[str],
    beds: Iterable[str] = (),
) -> list[tuple[str, str]]:
    """(kind, key) for every name and number of a pupil and the telephone numbers of their adults.

    A telephone number is found whole and by its last four or six digits: that's what people remember. Of it
    and of identity numbers only a blind index is kept, so nothing else of them can be looked up.
    """
    found: set[tuple[str, str]] = set()
    for name in filter(None, names):
        reading = name_reading.read(name)
        found |= {(NAME, key) for key in reading.names}
        found |= {(PINYIN, key) for key in reading.pinyin}
        found |= {(INITIALS, key) for key in reading.initials}
    found |= {(NUMBER, name_reading.fold(number)) for number in numbers}
    for identity in map(name_reading.fold, filter(None, identities)):
        found.add((IDENTITY, blind(school_id, IDENTITY, identity)))
    for phone in phones:
        found |= {(PHONE, blind(school_id, PHONE, part)) for part in _parts(phone)}
    found |= {(BED, code) for code in map(bed_code, beds)}
    return sorted((kind, key[:LONGEST]) for kind, key in found if key)


def bed_code(text: str) -> str:
    """A bed as it is kept and looked up, 302-4 with its hyphen; "" for what isn't one.

    Of other keys hyphens are dropped; here one parts the room from the bed: 12-1 isn't 1-21.
    """
    wide = unicodedata.normalize("NFKC", text[:80]).strip().lower()
    code = _DASHES.sub("-", wide).replace(" ", "")
    return code if _BED.fullmatch(code) else ""


def blind(school_id: int, kind: str, text: str) -> str:
    """What is kept of a number: 128 bits, in every school others, so that no two schools can be compared."""
    return keys.blind_index(f"finder:{kind}", f"{school_id}:{text}")[:16].hex()


def _parts(phone: str) -> set[str]:
    digits = "".join(character for character in phone if character.isdigit())
    parts = {digits, *(digits[-length:] for length in LAST_DIGITS)}
    return {part for part in parts if len(part) >= FEWEST_DIGITS}
