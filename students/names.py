"""How a Chinese name may be typed: the name, its tail, pinyin in every reading, initials.

Pure: no database. Surnames have readings of their own (单 shàn, 曾 zēng), so the surname's reading is
tried beside the common ones; a name has at most eight readings here, more would only slow the finder.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, product

from pypinyin import Style, pinyin

MAX_READINGS = 8


@dataclass(frozen=True)
class NameReading:
    names: frozenset[str]
    pinyin: frozenset[str]
    initials: frozenset[str]
    display: str  # "Wáng Xiǎoyǔ", for the page


def read(name: str) -> NameReading:
    """Every way to type `name`: 王小雨 → 王小雨, 小雨, 雨; wangxiaoyu, xiaoyu; wxy, xy."""
    plain = "".join(name.split()).replace("·", "").lower()
    tails = {plain[start:] for start in range(len(plain))} | {name.lower()}
    syllables = pinyin(plain, style=Style.NORMAL, heteronym=True, errors=lambda text: [[c] for c in text])
    spelled: set[str] = set()
    initials: set[str] = set()
    for reading in islice(product(*syllables), MAX_READINGS):
        for start in range(min(len(reading), 3)):
            spelled.add("".join(reading[start:]))
            initials.add("".join(part[0] for part in reading[start:] if part))
    return NameReading(frozenset(tails), frozenset(spelled), frozenset(initials), display(name))


def display(name: str) -> str:
    """Pinyin with tone marks, the surname apart: 王小雨 → Wáng Xiǎoyǔ."""
    parts = [syllable[0] for syllable in pinyin("".join(name.split()), style=Style.TONE)]
    if len(parts) < 2:
        return "".join(parts).capitalize()
    return f"{parts[0].capitalize()} {''.join(parts[1:]).capitalize()}"
