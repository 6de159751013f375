"""SQL with one condition left out: `a AND b` becomes `true AND b`, and `a AND true`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_WORD = re.compile(r"'(?:[^']|'')*'|--[^\n]*|\w+|\S")
# Where a condition begins or ends on its own level.
_BEFORE = {"WHERE", "ON", "IF", "THEN", "RETURN", "OR", "AND", "USING", "ELSIF", "WHEN"}
_AFTER = {
    "AND",
    "OR",
    "THEN",
    "GROUP",
    "ORDER",
    "LIMIT",
    "JOIN",
    "LEFT",
    "CROSS",
    "WHERE",
    "FOR",
    "END",
    ";",
    "$",
}


@dataclass(frozen=True)
class Weaker:
    text: str
    left_out: str


def weakened(text: str) -> Iterator[Weaker]:
    """Each operand of an AND, and each lone condition of a WHERE, replaced by `true`."""
    words = [(one.group(), one.start(), one.end()) for one in _WORD.finditer(text)]
    spans = set()
    for at, (word, _start, _end) in enumerate(words):
        if word.upper() == "AND":
            spans.add(_operand(words, at, -1))
            spans.add(_operand(words, at, 1))
        elif word.upper() == "WHERE":
            spans.add(_operand(words, at, 1))
    for first, last in sorted(spans):
        begin, end = words[first][1], words[last][2]
        left_out = " ".join(text[begin:end].split())
        if left_out.lower() != "true":
            yield Weaker(f"{text[:begin]} true {text[end:]}", left_out)


def open_doors(text: str) -> Iterator[Weaker]:
    """Of a trigger that refuses: each `IF … THEN`, and each operand of an OR in it, replaced by `false`."""
    words = [(one.group(), one.start(), one.end()) for one in _WORD.finditer(text)]
    spans = set()
    for at, (word, _start, _end) in enumerate(words):
        if word.upper() in ("IF", "ELSIF") and words[at - 1][0].upper() != "END":
            spans.add(_operand(words, at, 1, whole=True))
        elif word.upper() == "OR":
            spans |= {_operand(words, at, -1), _operand(words, at, 1)}
    for first, last in sorted(spans):
        begin, end = words[first][1], words[last][2]
        yield Weaker(f"{text[:begin]} false {text[end:]}", " ".join(text[begin:end].split()))


def _operand(
    words: list[tuple[str, int, int]], at: int, step: int, *, whole: bool = False
) -> tuple[int, int]:
    """From the word next to `at` to the last that belongs to the same condition, or up to THEN."""
    opening, closing = ("(", ")") if step > 0 else (")", "(")
    stops = {"THEN"} if whole else _AFTER if step > 0 else _BEFORE
    depth, here, last = 0, at + step, at
    while 0 <= here < len(words):
        word = words[here][0].upper()
        if depth == 0 and (word == closing or word in stops):
            break
        depth += (word == opening) - (word == closing)
        last, here = here, here + step
    return (at + 1, last) if step > 0 else (last, at - 1)
