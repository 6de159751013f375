"""Which column is what."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from students.roster import headers
from students.roster.cells import Row, column_letter
from students.roster.headers import Header, Use
from students.roster.sheet import column_index


def recognise(*texts, above=None):
    return headers.recognise(Row(2, texts), Row(1, above) if above else None)


def keys(header):
    return {column.letter: column.key for column in header.columns if column.use is Use.IMPORTED}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("姓名", "name"),
        ("姓 名", "name"),
        ("*姓名（必填）", "name"),
        ("学生姓名：", "name"),
        ("身份证\n件号", "identity_number"),
        ("Name", "name"),
        ("DATE OF BIRTH", "born_on"),
        ("全国学籍号", "national_number"),
        ("学籍辅号", "school_number"),
        ("班级", "class"),
        ("年级", "grade"),
        ("成员1姓名", "member1.name"),
        ("家庭成员一 联系电话", "member1.phone"),
        ("成员2是否监护人", "member2.is_guardian"),
        ("家长姓名", "member1.name"),
        ("监护人电话", "member1.phone"),
        ("Guardian 2 phone", "member2.phone"),
    ],
)
def test_names_of_columns_are_known_in_their_variants(text, key):
    assert keys(recognise(text)) == {"A": key}


@pytest.mark.parametrize(
    ("text", "use"),
    [
        ("籍贯", Use.NOT_STORED),
        ("是否留守儿童", Use.NOT_STORED),
        ("成员1民族", Use.NOT_STORED),
        ("吉祥物", Use.UNKNOWN),
    ],
)
def test_columns_that_are_not_taken_are_told_apart(text, use):
    assert recognise(text).columns[0].use is use


def test_the_mothers_column_implies_the_relation():
    header = recognise("母亲姓名", "母亲电话", "父亲姓名")

    assert keys(header) == {"A": "member2.name", "B": "member2.phone", "C": "member1.name"}
    assert header.implied_relations == {2: "母亲", 1: "父亲"}


def test_a_column_that_stands_twice_counts_once():
    header = recognise("姓名", "班号", "姓名")

    assert [column.use for column in header.columns] == [Use.IMPORTED, Use.IMPORTED, Use.REPEATED]


def test_group_names_above_are_joined():
    header = recognise(
        None, None, "姓名", "关系", "姓名", "关系", above=("姓名", "班号", "成员1", None, "成员2", None)
    )

    assert list(keys(header).values()) == [
        "name", "class", "member1.name", "member1.relation", "member2.name", "member2.relation",
    ]  # fmt: skip


def test_a_title_above_lends_nothing():
    assert keys(recognise("姓名", "班号", None, above=("成员1",))) == {"A": "name", "B": "class"}


def test_the_header_is_the_row_with_most_known_names():
    rows = [
        Row(1, ("青石乡中心学校花名册",)),
        Row(2, ("班级：", "三年级2班", "填表人", "姓名")),
        Row(3, ("序号", "姓名", "性别", "班级")),
        Row(4, (1, "田晓", "女", "0103")),
    ]

    found = headers.find(rows)

    assert found is not None
    assert found.row == 3


def test_without_two_known_names_there_is_no_header():
    assert headers.find([Row(1, ("姓名", "x")), Row(2, (None, "y"))]) is None


@pytest.mark.parametrize(
    ("texts", "missing"),
    [
        (("姓名", "班号"), []),
        (("姓名", "年级"), []),
        (("姓名", "性别"), ["班号 (class)"]),
        (("性别", "民族"), ["姓名 (name)", "班号 (class)"]),
    ],
)
def test_name_and_class_are_required(texts, missing):
    assert recognise(*texts).missing() == missing


@pytest.mark.parametrize("text", [":" * 32_000 + "x", "(" * 32_000, "(必填" * 10_000])
def test_a_heading_made_to_take_long_does_not(text):
    started = time.process_time()

    recognise(*[text] * 200)

    assert time.process_time() - started < 2


def test_a_header_survives_json():
    header = recognise("姓名", "班号", "籍贯", "吉祥物")

    assert Header.from_json(header.to_json()) == header


@given(st.lists(st.one_of(st.none(), st.text(max_size=20), st.integers(), st.floats()), max_size=30))
def test_any_row_can_be_looked_at(cells):
    headers.recognise(Row(2, tuple(cells)), Row(1, tuple(reversed(cells))))


@given(st.integers(0, 16_383))
def test_letters_and_positions_agree(index):
    assert column_index(column_letter(index)) == index
