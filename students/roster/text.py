"""Cleaning of the text that people and spreadsheets leave in cells."""

from __future__ import annotations

import re
import unicodedata

MIDDLE_DOT = "\u00b7"
# What keyboards and old code pages offer for the dot inside 阿依古丽·买买提.
_DOTS = "\u2022\u30fb\uff65\u2027\u2219\u22c5\u00b7\u0387\u16eb"
_DOT_TABLE = {ord(character): MIDDLE_DOT for character in _DOTS}
# Only the forms that are wide copies of ASCII: NFKC would also rewrite rare Han characters in names.
_WIDE_TABLE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x3000: 0x20,
    0xA0: 0x20,
    0x2007: 0x20,
}
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_SPACES = re.compile(r"\s+")
_HAN = r"\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAN_GAP = re.compile(rf"(?<=[{_HAN}{MIDDLE_DOT}])\s+(?=[{_HAN}{MIDDLE_DOT}])")
_HAN_STOP = re.compile(rf"(?<=[{_HAN}])\s*[.\u3002]\s*(?=[{_HAN}])")
_DOT_GAP = re.compile(rf"\s*{MIDDLE_DOT}\s*")


def half_width(text: str) -> str:
    """Full-width letters, digits and signs to their ASCII form: `１７０` → `170`. Han is left alone."""
    return text.translate(_WIDE_TABLE)


def clean_text(text: str) -> str:
    """One line of visible text: no invisible characters, runs of white space made one space."""
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFC", text).replace("\u2028", " "))
    return _SPACES.sub(" ", visible.translate({0x3000: 0x20, 0xA0: 0x20})).strip()


def clean_code(text: str) -> str:
    """A number written as text: half-width, no white space inside, no apostrophe that Excel put before it."""
    return _SPACES.sub("", half_width(clean_text(text))).lstrip("'\u2019`").upper()


def clean_name(text: str) -> str:
    """A person's name as it is written in the register.

    The space that aligns 张　三 with 欧阳小兰 in a printed list goes; the space in a Latin name stays.
    The dot in 阿依古丽·买买提 stays and is always U+00B7: a name is found whatever keyboard wrote it.
    """
    name = half_width(clean_text(text)).translate(_DOT_TABLE)
    name = _HAN_STOP.sub(MIDDLE_DOT, name)
    name = _HAN_GAP.sub("", name)
    return _DOT_GAP.sub(MIDDLE_DOT, name).strip(f" {MIDDLE_DOT}")


def is_usual_name(name: str) -> bool:
    """Whether a cleaned name has only letters, marks, spaces, dots, hyphens and apostrophes."""
    return all(
        unicodedata.category(character)[0] in "LM" or character in " .'\u2019-" + MIDDLE_DOT
        for character in name
    )


def has_letter(name: str) -> bool:
    """Whether there is any letter at all (Han characters are letters)."""
    return any(unicodedata.category(character)[0] == "L" for character in name)


def unusual_characters(name: str) -> str:
    """The characters that `is_usual_name` stumbles over, each once."""
    return "".join(dict.fromkeys(character for character in name if not is_usual_name(character)))
