"""The keys under which the finder looks a pupil up. Pure: students.services.finder writes them."""

from __future__ import annotations

from collections.abc import Iterable

from students import names as name_reading

NAME, PINYIN, INITIALS, NUMBER, IDENTITY, PHONE = "name", "pinyin", "initials", "number", "identity", "phone"
LONGEST = 200
FEWEST_DIGITS = 4


def keys_of(
    *, names: Iterable[str], numbers: Iterable[str], identities: Iterable[str], phones: Iterable[str]
) -> list[tuple[str, str]]:
    """(kind, key) for every name and number of a pupil and the telephone numbers of their adults.

    A telephone number is found by its beginning and by its last four digits: that's what people remember.
    """
    found: set[tuple[str, str]] = set()
    for name in filter(None, names):
        reading = name_reading.read(name)
        found |= {(NAME, key) for key in reading.names}
        found |= {(PINYIN, key) for key in reading.pinyin}
        found |= {(INITIALS, key) for key in reading.initials}
    found |= {(NUMBER, name_reading.fold(number)) for number in numbers}
    found |= {(IDENTITY, name_reading.fold(number)) for number in identities}
    for phone in phones:
        digits = "".join(character for character in phone if character.isdigit())
        found |= {(PHONE, key) for key in (digits, digits[-FEWEST_DIGITS:]) if len(key) >= FEWEST_DIGITS}
    return sorted((kind, key[:LONGEST]) for kind, key in found if key)
