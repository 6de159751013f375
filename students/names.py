"""How a name may be typed, and how it is written in pinyin. Pure: no database.

Written by GB/T 28039-2011: surname and given name apart, each with one capital, the given name in one word,
an apostrophe before a later syllable that begins with a, o or e. A surname is read as a surname
(students.surnames); the other readings of its character are found all the same, since not everybody knows.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import Style, pinyin

from students import surnames

MOST_READINGS = 16
MOST_TAILS = 12
LONGEST_QUERY = 100

_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff]")
_DOTS = re.compile(r"[·•‧∙・･．.]")
_LATIN_MARKS = re.compile("[\u0300-\u036f]")
_TONES = re.compile("[\u0300\u0301\u0304\u030c]")
_U_AS_V = re.compile("(?<=[lnjqxy])u\u0308")  # lü is typed lv; Müller is typed muller
_IGNORED = re.compile(r"[\s'’‘`·•‧∙・･．.\-_]+")


@dataclass(frozen=True)
class NameReading:
    """The keys of one name, all as `fold` leaves them."""

    names: frozenset[str]
    pinyin: frozenset[str]
    initials: frozenset[str]


def fold(text: str) -> str:
    """What is typed and what is kept, made alike: no width, case, tone marks, spaces, dots, hyphens; ü is v.

    Control characters (a null byte among them) go too. Marks of other scripts stay: in Tibetan or Uyghur
    they are letters.
    """
    wide = unicodedata.normalize("NFKC", text)
    shown = "".join(character for character in wide if unicodedata.category(character)[0] != "C")
    plain = _IGNORED.sub("", unicodedata.normalize("NFD", shown.lower()))
    toneless = _TONES.sub("", plain)
    return unicodedata.normalize("NFC", _LATIN_MARKS.sub("", _U_AS_V.sub("v", toneless)))


def fold_query(text: str) -> str:
    """`fold` for what somebody typed, however long: only the beginning can match anything."""
    return fold(text[: 4 * LONGEST_QUERY])[:LONGEST_QUERY]


def has_han(text: str) -> bool:
    return _HAN.search(text) is not None


def read(name: str) -> NameReading:
    """Every way to type `name`: 王小雨 → 王小雨, 小雨, 雨; wangxiaoyu, xiaoyu, yu; wxy, xy, y."""
    plain = fold(name)
    if not has_han(plain):
        return _read_words(name)
    family = _split(name)[0]
    starts = range(min(len(plain), MOST_TAILS))
    spelled: set[str] = set()
    initials: set[str] = set()
    for reading in _readings(plain, family):
        for start in starts[:4]:
            tail = reading[start:]
            spelled |= _spellings("".join(tail))
            initials.add("".join(syllable[:1] for syllable in tail))
    tails = {plain[start:] for start in starts}
    return NameReading(frozenset(tails), frozenset(spelled - {""}), frozenset(initials - {""}))


def display(name: str) -> str:
    """Pinyin with tone marks: 王小雨 → Wáng Xiǎoyǔ, 欧阳娜娜 → Ōuyáng Nànà; a name in other letters stays."""
    clean = " ".join(unicodedata.normalize("NFKC", name).split())
    if not has_han(clean):
        return clean
    if _DOTS.search(clean):
        return "·".join(_word(_toned(part)) for part in _DOTS.split(clean) if part.strip())
    family, given = _split(clean)
    words = [_word(list(_surname_readings(family)[0])), _word(_toned(given))]
    return " ".join(word for word in words if word)


def _read_words(name: str) -> NameReading:
    """A name in letters: whole, and from each word on."""
    words = [word for word in map(fold, re.split(r"[\s·.\-]+", name)) if word]
    tails = ["".join(words[start:]) for start in range(len(words))][:MOST_TAILS]
    initials = "".join(word[0] for word in words) if len(words) > 1 else ""
    return NameReading(frozenset(tails), frozenset(), frozenset({initials} - {""}))


def _split(name: str) -> tuple[str, str]:
    """Surname and given name. A name with a dot has no Chinese surname, so all of it is "given"."""
    if _DOTS.search(unicodedata.normalize("NFKC", name)):
        return "", fold(name)
    plain = "".join(unicodedata.normalize("NFKC", name).split())
    length = 2 if plain[:2] in surnames.COMPOUND and len(plain) > 2 else 1
    return plain[:length], plain[length:]


def _readings(plain: str, family: str) -> list[tuple[str, ...]]:
    """The usual reading first, then those that differ in one character: all at once would be too many."""
    choices = [_plain_syllables(character) for character in plain]
    given = [_without_tone(syllable) for syllable in _toned(plain[len(family) :])]
    usual = [*(_without_tone(syllable) for syllable in _surname_readings(family)[0]), *given]
    if len(usual) != len(plain):  # pypinyin joins what it can't read
        usual = [options[0] for options in choices]
    found = [tuple(usual)]
    for reading in _surname_readings(family)[1:]:
        found.append((*map(_without_tone, reading), *usual[len(family) :]))
    for position, options in enumerate(choices):
        found += [(*usual[:position], other, *usual[position + 1 :]) for other in options]
    return list(dict.fromkeys(found))[:MOST_READINGS]


def _surname_readings(family: str) -> list[tuple[str, ...]]:
    if family in surnames.COMPOUND:
        return [surnames.COMPOUND[family]]
    if family in surnames.SINGLE:
        return [(reading,) for reading in surnames.SINGLE[family]]
    return [tuple(_toned(family))]


@lru_cache(maxsize=20_000)
def _toned(text: str) -> list[str]:
    """One syllable with its tone mark for each character; what can't be read stays as it is.

    Read as words are, so that 朝阳 is zhāoyáng; but a neutral tone (英子 yīngzi) has no place in a name.
    """
    if not text:
        return []
    syllables = [found[0] for found in pinyin(text, style=Style.TONE)]
    if len(syllables) != len(text):
        return syllables
    return [_with_tone(*pair) for pair in zip(text, syllables, strict=True)]


def _with_tone(character: str, syllable: str) -> str:
    if not syllable.isascii():
        return syllable
    alone = pinyin(character, style=Style.TONE, heteronym=True)[0]
    return next((other for other in alone if fold(other) == fold(syllable) and not other.isascii()), syllable)


@lru_cache(maxsize=20_000)
def _plain_syllables(character: str) -> tuple[str, ...]:
    found = pinyin(character, style=Style.NORMAL, heteronym=True)
    return tuple(fold(syllable) for syllable in found[0]) or (character,)


@lru_cache(maxsize=5_000)
def _without_tone(syllable: str) -> str:
    return fold(syllable)


def _spellings(spelled: str) -> set[str]:
    """ü is typed v by most, u by some, and yu in passports (吕: LYU)."""
    if "v" not in spelled:
        return {spelled}
    return {spelled, spelled.replace("v", "u"), spelled.replace("v", "yu")}


def _word(syllables: list[str]) -> str:
    text = ""
    for syllable in syllables:
        begins_with_vowel = unicodedata.normalize("NFD", syllable)[:1] in {"a", "o", "e"}
        text += ("'" if text and begins_with_vowel else "") + syllable
    return text[:1].upper() + text[1:]
