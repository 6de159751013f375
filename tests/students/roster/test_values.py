"""Cells to values: the forms that real rosters have, and the ones that are a guess."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from students.roster import values
from students.roster.cells import Kept
from students.roster.values import ClassRef

cells = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.sampled_from(Kept),
)


@pytest.mark.parametrize(
    "cell",
    [
        "2013-09-01",
        "2013.9.1",
        "2013/9/1",
        "2013年9月1日",
        "2013年09月01号",
        "20130901",
        20130901,
        20130901.0,
        41518,
        41518.0,
        "41518",
        "２０１３－０９－０１",
        "2013. 9. 1",
        "2013-09-01 00:00:00",
        "2013-09-01T08:30:00Z",
        dt.date(2013, 9, 1),
        dt.datetime(2013, 9, 1, 8, 30),
        "2013.09.01.",
    ],
)
def test_dates_are_read_in_the_forms_people_write(cell):
    assert values.parse_date(cell) == dt.date(2013, 9, 1)


@pytest.mark.parametrize(
    "cell",
    [
        "9/1/2013",
        "13.9.1",
        "2013-02-30",
        "2013-13-01",
        "20131301",
        "2013",
        "abc",
        "",
        None,
        True,
        12,
        -5,
        1e300,
        float("nan"),
        dt.time(8),
        Kept.FORMULA,
        "99999999",
        "2013年",
    ],
)
def test_what_is_a_guess_is_no_date(cell):
    assert values.parse_date(cell) is None


@pytest.mark.parametrize(
    ("cell", "hukou"),
    [
        ("农业家庭户口", "rural"),
        ("农业户口", "rural"),
        ("农村", "rural"),
        ("Rural", "rural"),
        ("非农业家庭户口", "urban"),
        ("城镇户口", "urban"),
        ("居民户口", "other"),
        ("未采集", None),
        ("", None),
        ("1", None),
        (2, None),
    ],
)
def test_a_household_is_rural_or_urban_only_where_the_cell_says_so(cell, hukou):
    assert values.parse_hukou(cell) == hukou


@given(st.dates(dt.date(1990, 1, 1), dt.date(2030, 12, 31)))
def test_every_form_of_a_date_gives_that_date(day):
    forms = [
        day,
        f"{day:%Y%m%d}",
        day.isoformat(),
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        (day - dt.date(1899, 12, 30)).days,
    ]

    assert {values.parse_date(form) for form in forms} == {day}


@pytest.mark.parametrize(
    "cell", ["202609", 202609, "2026-09", "2026.9", "2026年9月", "2026-09-15", "20260901"]
)
def test_months_are_read(cell):
    assert values.parse_month(cell) == dt.date(2026, 9, 1)


@pytest.mark.parametrize("cell", ["202613", "9月", "", None, "26.9"])
def test_what_is_no_month(cell):
    assert values.parse_month(cell) is None


@pytest.mark.parametrize(
    ("cell", "sex"),
    [
        ("男", "male"),
        ("女", "female"),
        (1, "male"),
        (2.0, "female"),
        ("１", "male"),
        ("M", "male"),
        ("female", "female"),
        (" 女 ", "female"),
        ("男性", "male"),
        ("0", None),
        ("9", None),
        ("", None),
        (None, None),
    ],
)
def test_sex(cell, sex):
    assert values.parse_sex(cell) == sex


@pytest.mark.parametrize(
    ("cell", "boarding"),
    [
        ("住校", "boarder"),
        ("走读", "day"),
        ("借宿", "day"),
        ("是", "boarder"),
        ("否", "day"),
        ("?", None),
        (None, None),
    ],
)
def test_boarding(cell, boarding):
    assert values.parse_boarding(cell) == boarding


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("１７０９３２２８５１５", ["17093228515"]),
        (17093228515, ["17093228515"]),
        (17093228515.0, ["17093228515"]),
        ("+86 138 1234 5678", ["13812345678"]),
        ("0086-13812345678", ["13812345678"]),
        ("86 13812345678", ["13812345678"]),
        ("138-1234-5678", ["13812345678"]),
        ("(0851)8234567", ["0851-8234567"]),
        ("010-62345678转801", ["010-62345678-801"]),
        ("+852 9123 4567", ["+85291234567"]),
        ("13812345678/13912345678", ["13812345678", "13912345678"]),
        ("13812345678、13812345678", ["13812345678"]),
        ("12345", None),
        ("13812345678/爷爷", None),
        ("1.70932E+10", None),
        ("", None),
        (None, None),
    ],
)
def test_phones(cell, numbers):
    assert values.parse_phones(cell) == numbers


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_every_mobile_number_keeps_its_digits(number):
    assert values.normalise_phone(number) == number
    assert values.normalise_phone(f"+86 {number[:3]} {number[3:7]} {number[7:]}") == number


@pytest.mark.parametrize(
    ("cell", "ref"),
    [
        ("0302", ClassRef(3, 2)),
        ("302", ClassRef(3, 2)),
        (302, ClassRef(3, 2)),
        (302.0, ClassRef(3, 2)),
        ("三年级(2)班", ClassRef(3, 2)),
        ("三年级（2）班", ClassRef(3, 2)),
        ("三年级2班", ClassRef(3, 2)),
        ("三年级二班", ClassRef(3, 2)),
        ("三（2）班", ClassRef(3, 2)),
        ("三(2)", ClassRef(3, 2)),
        ("三二班", ClassRef(3, 2)),
        ("小学三年级(1)班", ClassRef(3, 1)),
        ("第三年级第2班", ClassRef(3, 2)),
        ("3.2", ClassRef(3, 2)),
        ("3-2班", ClassRef(3, 2)),
        ("七年级(3)班", ClassRef(7, 3)),
        ("初一(3)班", ClassRef(7, 3)),
        ("初三", ClassRef(9, None)),
        ("高一", ClassRef(10, None)),
        ("高二(12)班", ClassRef(11, 12)),
        ("一年级十二班", ClassRef(1, 12)),
        ("一年级", ClassRef(1, None)),
        ("9909", ClassRef(99, 9)),
        ("Grade 3 Class 2", ClassRef(3, 2)),
        ("Grade 3 (2)", ClassRef(3, 2)),
        ("７０１班", ClassRef(7, 1)),
        ("abc", None),
        ("", None),
        (None, None),
        ("2023级3班", None),
        (3.1, None),
        ("大班", None),
    ],
)
def test_classes(cell, ref):
    assert values.parse_class(cell) == ref


@pytest.mark.parametrize(
    ("grade", "cell", "ref"),
    [
        ("三年级", "2班", ClassRef(3, 2)),
        ("三年级", "(2)班", ClassRef(3, 2)),
        (3, 2, ClassRef(3, 2)),
        ("初一", "二班", ClassRef(7, 2)),
        ("三年级", "三年级(2)班", ClassRef(3, 2)),
        ("三年级", "0302", ClassRef(3, 2)),
        ("?", "0302", ClassRef(3, 2)),
    ],
)
def test_a_class_in_two_columns(grade, cell, ref):
    assert values.parse_class(cell, grade) == ref


@given(st.integers(1, 12), st.integers(1, 99))
def test_a_class_label_is_read_back(grade, number):
    assert values.parse_class(values.class_label(grade, number)) == ClassRef(grade, number)
    assert values.parse_class(f"{grade:02d}{number:02d}") == ClassRef(grade, number)


@pytest.mark.parametrize(
    ("word", "relation"),
    [
        ("父亲", "father"),
        ("母亲", "mother"),
        ("外祖母", "maternal_grandmother"),
        ("奶奶", "grandmother"),
        ("邻居", "other"),
    ],
)
def test_relations(word, relation):
    assert values.parse_relation(word) == relation


@pytest.mark.parametrize(
    ("word", "health"),
    [("健康", "healthy"), ("一般或较弱", "fair"), ("慢性病", "chronic"), ("花粉", "other"), ("", None)],
)
def test_health(word, health):
    assert values.parse_health(word) == health


@given(cells)
def test_no_cell_makes_a_reader_fail(cell):
    assert isinstance(values.as_text(cell), str)
    values.parse_date(cell)
    values.parse_month(cell)
    values.parse_sex(cell)
    values.parse_boarding(cell)
    values.parse_hukou(cell)
    values.parse_health(cell)
    values.parse_yes_no(cell)
    values.parse_phones(cell)
    values.parse_class(cell, cell)
