"""Cleaning of names, codes and texts."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from students.roster import text


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("欧 桐", "欧桐"),
        ("张　三", "张三"),
        ("  李\u200b四\ufeff ", "李四"),
        ("John  Smith", "John Smith"),
        ("Ｊｏｈｎ　Ｓｍｉｔｈ", "John Smith"),
        ("阿依古丽·买买提", "阿依古丽·买买提"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽・买买提", "阿依古丽·买买提"),
        ("阿依古丽 · 买买提", "阿依古丽·买买提"),
        ("阿依古丽.买买提", "阿依古丽·买买提"),
        ("J. Smith", "J. Smith"),
        ("王\n五", "王五"),
        ("𠮷野", "𠮷野"),
        ("", ""),
        (" · ", ""),
    ],
)
def test_names_are_cleaned(written, cleaned):
    assert text.clean_name(written) == cleaned


@given(st.text(max_size=60))
def test_cleaning_a_clean_name_changes_nothing(written):
    once = text.clean_name(written)

    assert text.clean_name(once) == once


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=6))
def test_a_han_name_loses_only_its_spaces(name):
    assert text.clean_name("　".join(name)) == name
    assert text.is_usual_name(name)


@given(st.text())
def test_cleaned_text_is_one_visible_line(written):
    cleaned = text.clean_text(written)

    assert cleaned == cleaned.strip()
    assert not any(unicodedata.category(character) == "Cc" for character in cleaned)


@given(st.integers(0, 10**20))
def test_full_width_digits_become_digits(number):
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in str(number))

    assert text.clean_code(f" {wide[:3]} {wide[3:]}　") == str(number)


def test_the_apostrophe_that_makes_excel_keep_a_text_goes():
    assert text.clean_code("'52999920130303987x") == "52999920130303987X"


def test_rare_han_characters_are_not_rewritten():
    assert text.clean_name("\uf9a8") == unicodedata.normalize("NFC", "\uf9a8")


@pytest.mark.parametrize(("name", "strange"), [("张三(大)", "()"), ("=1+1", "=1+"), ("张三1", "1")])
def test_unusual_characters_are_named_once(name, strange):
    assert text.unusual_characters(name) == strange
    assert not text.is_usual_name(name)
