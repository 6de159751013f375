"""Identity numbers: ISO 7064 MOD 11-2, as GB 11643 prescribes."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from students.identity import (
    Identity,
    IdentityProblem,
    NationalProblem,
    check_character,
    has_valid_check,
    is_temporary_national_number,
    national_number_problem,
    parse_identity,
)

birth_dates = st.dates(dt.date(1900, 1, 1), dt.date(2030, 12, 31))


@st.composite
def identity_numbers(draw: st.DrawFn) -> str:
    area = draw(st.integers(100000, 999999))
    sequence = draw(st.integers(0, 999))
    first17 = f"{area}{draw(birth_dates):%Y%m%d}{sequence:03d}"
    return first17 + check_character(first17)


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014", "52999920130303987X"])
def test_published_examples_are_valid(number):
    assert has_valid_check(number)


@given(identity_numbers())
def test_a_number_with_its_check_character_tells_area_birth_and_sex(number):
    found = parse_identity(number)

    assert isinstance(found, Identity)
    assert found.area == number[:6]
    assert f"{found.birth_on:%Y%m%d}" == number[6:14]
    assert found.is_male == (int(number[16]) % 2 == 1)


@given(identity_numbers(), st.integers(0, 16), st.integers(1, 9))
def test_any_single_wrong_digit_is_noticed(number, position, shift):
    wrong = str((int(number[position]) + shift) % 10)

    found = parse_identity(number[:position] + wrong + number[position + 1 :])

    assert found is IdentityProblem.CHECK


@given(identity_numbers(), st.integers(0, 15))
def test_two_neighbours_swapped_are_noticed(number, position):
    swapped = number[:position] + number[position + 1] + number[position] + number[position + 2 :]

    assert swapped == number or parse_identity(swapped) is IdentityProblem.CHECK


@given(st.text(max_size=30))
def test_no_text_makes_it_fail(text):
    assert isinstance(parse_identity(text), Identity | IdentityProblem)
    assert national_number_problem(text) is None or isinstance(national_number_problem(text), NationalProblem)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", IdentityProblem.LENGTH),
        ("529999130303987", IdentityProblem.LENGTH),
        ("５２９９９９２０１３０３０３９８７Ｘ", IdentityProblem.CHARACTERS),
        ("52999920130303X87X", IdentityProblem.CHARACTERS),
        ("529999201505319181", IdentityProblem.CHECK),
        ("52999920130230001" + check_character("52999920130230001"), IdentityProblem.BIRTH),
    ],
)
def test_each_fault_has_its_name(text, problem):
    assert parse_identity(text) is problem


def test_a_small_x_is_the_same_as_a_big_one():
    assert parse_identity("52999920130303987x") == parse_identity("52999920130303987X")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("G52999920130303987X", None),
        ("g52999920130303987x", None),
        ("L529999202690000012", None),
        ("J529999201303039871", None),
        ("G529999201303039871", NationalProblem.CHECK),
        ("A52999920130303987X", NationalProblem.SHAPE),
        ("52999920130303987X", NationalProblem.SHAPE),
    ],
)
def test_national_numbers(text, problem):
    assert national_number_problem(text) is problem


def test_only_l_and_j_may_be_replaced():
    assert [is_temporary_national_number(f"{letter}1") for letter in "GJL"] == [False, True, True]
