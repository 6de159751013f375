"""One row of cells to one pupil: what is taken, what is kept out, what refuses the row."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from students.identity import check_character
from students.roster import headers
from students.roster.cells import Kept, Row
from students.roster.messages import ROW_MESSAGES, FileRefused, Level
from students.roster.rows import Cleaner, Pupil
from tests.students.roster.test_values import cells

TODAY = dt.date(2026, 11, 22)
COLUMNS = (
    "姓名",
    "性别",
    "出生日期",
    "身份证件类型",
    "身份证件号",
    "全国学籍号",
    "班号",
    "入学年月",
    "就读方式",
    "健康状况",
    "联系电话",
    "现住址",
    "民族",
    "学籍辅号",
    "曾用名",
    "成员1姓名",
    "成员1关系",
    "成员1联系电话",
    "成员1是否监护人",
    "成员1工作单位",
    "成员2姓名",
    "成员2联系电话",
)
GOOD = {
    "姓名": "田晓",
    "性别": "女",
    "出生日期": "2019-02-17",
    "身份证件号": "529999201902175400",
    "班号": "0103",
}
HEADER = headers.recognise(Row(1, COLUMNS))
LONG_NUMBER = "529999201902175" + "000"


def row(**changes):
    values = GOOD | changes
    return Row(2, tuple(values.get(column) for column in COLUMNS))


def clean(**changes):
    return Cleaner(HEADER, TODAY).clean(row(**changes))


def said(cleaned):
    return [(issue.level.value, issue.header, issue.code) for issue in cleaned.issues]


def test_a_good_row_says_nothing():
    cleaned = clean()

    assert said(cleaned) == []
    assert cleaned.pupil.values == {
        "name": "田晓",
        "sex": "female",
        "born_on": "2019-02-17",
        "identity_number": "529999201902175400",
    }


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("姓名", "", "name-missing"),
        ("姓名", " · ", "name-missing"),
        ("姓名", "123", "name-without-letter"),
        ("姓名", "田" * 81, "name-too-long"),
        ("性别", "?", "sex-unreadable"),
        ("出生日期", "9/1/2013", "birth-unreadable"),
        ("出生日期", "2031-01-01", "birth-future"),
        ("出生日期", "1980-01-01", "birth-too-early"),
        ("身份证件号", "529999201902175401", "identity-check"),
        ("身份证件号", "52999920190217540", "identity-length"),
        ("身份证件号", "52999920190217A400", "identity-characters"),
        ("全国学籍号", "G529999201902175401", "national-check"),
        ("全国学籍号", "X1", "national-shape"),
        ("班号", "", "class-missing"),
        ("班号", "大班", "class-unreadable"),
        ("班号", Kept.ERROR, "class-missing"),
    ],
)
def test_what_refuses_a_row(column, value, code):
    cleaned = clean(**{column: value})

    assert cleaned.is_refused
    assert ("refused", column, code) in said(cleaned)


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("性别", "男", "sex-contradicts"),
        ("出生日期", "2019-02-18", "birth-contradicts"),
        ("姓名", "田晓(大)", "name-unusual"),
        ("联系电话", "12345", "phone-unreadable"),
        ("联系电话", "13812345678/13912345678", "phone-more"),
        ("联系电话", Kept.FORMULA, "formula"),
        ("联系电话", Kept.ERROR, "error-value"),
        ("就读方式", "有时", "boarding-unreadable"),
        ("入学年月", "秋季", "month-unreadable"),
        ("现住址", "村" * 201, "too-long"),
        ("曾用名", "田" * 81, "too-long"),
    ],
)
def test_what_only_warns(column, value, code):
    cleaned = clean(**{column: value})

    assert not cleaned.is_refused
    assert said(cleaned) == [("warning", column, code)]


def test_the_number_of_another_document_is_kept_out():
    cleaned = clean(身份证件类型="护照", 身份证件号="E12345678")

    assert said(cleaned) == [("warning", "身份证件号", "identity-other-kind")]
    assert "identity_number" not in cleaned.pupil.values


def test_an_identity_number_from_the_future_is_refused():
    first17 = "52999920310101001"

    assert clean(身份证件号=first17 + check_character(first17)).is_refused


def test_blank_cells_say_nothing_at_all():
    cleaned = Cleaner(HEADER, TODAY).clean(Row(2, ("田晓", None, None, None, None, None, "0103")))

    assert cleaned.pupil.values == {"name": "田晓"}
    assert cleaned.issues == []


def test_adults_are_read_with_what_belongs_to_them():
    cleaned = clean(
        成员1姓名="田 军",
        成员1关系="父亲",
        成员1联系电话=13812345678,
        成员1是否监护人="是",
        成员1工作单位="电子厂",
        成员2姓名="李梅",
    )

    first, second = cleaned.pupil.members
    assert (first.name, first.relation, first.phone, first.is_guardian) == (
        "田军",
        "father",
        "13812345678",
        True,
    )
    assert (second.name, second.relation, second.phone, second.is_guardian) == ("李梅", "other", "", None)


def test_an_adult_without_a_name_or_named_twice_is_kept_out_with_a_warning():
    cleaned = clean(成员1联系电话="13812345678")
    twice = clean(成员1姓名="田军", 成员2姓名="田军")

    assert said(cleaned) == [("warning", "成员1姓名", "member-nameless")]
    assert said(twice) == [("warning", "成员2姓名", "member-repeated")]
    assert len(twice.pupil.members) == 1


@pytest.mark.parametrize(
    "value", [5.2999920190217e17, 529999201902175400, "5.29999E+17", "5.29999201902175E17", 1e15]
)
@pytest.mark.parametrize("column", ["身份证件号", "全国学籍号", "学籍辅号"])
def test_numbers_that_became_figures_refuse_the_file(value, column):
    with pytest.raises(FileRefused) as caught:
        Cleaner(HEADER, TODAY).check_digits([row(), row(**{column: value})])

    assert caught.value.params["header"] == column


def test_several_numbers_ending_in_zeros_with_wrong_check_digits_refuse_the_file():
    zeroed = row(身份证件号=LONG_NUMBER)
    cleaner = Cleaner(HEADER, TODAY)

    cleaner.check_digits([zeroed, row()])
    with pytest.raises(FileRefused):
        cleaner.check_digits([zeroed, zeroed])


def test_a_short_figure_is_only_a_wrong_number():
    cleaner = Cleaner(HEADER, TODAY)

    cleaner.check_digits([row(身份证件号=529999190217540)])
    assert clean(身份证件号=529999190217540).is_refused


@settings(max_examples=200, deadline=None)
@given(st.lists(cells, min_size=len(COLUMNS), max_size=len(COLUMNS)))
def test_any_cells_give_a_pupil_and_reasons_that_can_be_said(content):
    cleaned = Cleaner(HEADER, TODAY).clean(Row(2, tuple(content)))

    assert all(issue.text for issue in cleaned.issues)
    assert all(isinstance(value, str) and value for value in cleaned.pupil.values.values())
    assert Pupil.from_json(json.loads(json.dumps(cleaned.pupil.to_json()))) == cleaned.pupil
    assert cleaned.is_refused == any(issue.level is Level.REFUSED for issue in cleaned.issues)


def test_every_reason_has_gaps_that_are_filled_by_name():
    for code, text in ROW_MESSAGES.items():
        assert "%s" not in text, code


def test_a_decision_for_the_identity_number_takes_both_facts_from_it():
    pupil = clean(性别="男", 出生日期="2019-02-18").pupil

    pupil.follow_identity()

    assert (pupil.values["sex"], pupil.values["born_on"]) == ("female", "2019-02-17")
