"""Identity numbers of people (身份证号) and national student numbers (学籍号). Pure Python: no Django here.

Source: GB 11643-1999 (citizen identification number), whose check character is ISO 7064 MOD 11-2;
the national student register (全国中小学生学籍信息管理系统) for the letter G, J or L before 18 characters.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"

# ASCII on purpose: \d and str.isdigit() also take Arabic-Indic and full-width digits.
_IDENTITY = re.compile(r"[0-9]{17}[0-9X]")
_NATIONAL = re.compile(r"[GJL][0-9]{17}[0-9X]")


class IdentityProblem(StrEnum):
    """Why a text is no identity number; the value is a key of `students.roster.messages`."""

    LENGTH = "identity-length"
    CHARACTERS = "identity-characters"
    BIRTH = "identity-birth"
    CHECK = "identity-check"


class NationalProblem(StrEnum):
    """Why a text is no national student number."""

    SHAPE = "national-shape"
    CHECK = "national-check"


@dataclass(frozen=True, slots=True)
class Identity:
    """What an identity number says about its holder. The area is that of *first* registration."""

    number: str
    area: str
    birth_on: dt.date
    is_male: bool


def check_character(first17: str) -> str:
    """The 18th character for 17 digits, by ISO 7064 MOD 11-2.

    >>> check_character("11010519491231002")
    'X'
    """
    total = sum(int(digit) * weight for digit, weight in zip(first17, WEIGHTS, strict=True))
    return CHECK_CHARACTERS[total % 11]


def has_valid_check(number: str) -> bool:
    """Whether 18 characters end in the check character that ISO 7064 MOD 11-2 gives."""
    return bool(_IDENTITY.fullmatch(number)) and check_character(number[:17]) == number[17]


def parse_identity(text: str) -> Identity | IdentityProblem:
    """Read an identity number, or say what is wrong with it.

    The area code is not looked up: counties are merged and renamed, and a number keeps the code of the day it
    was given. A birth date after today is left to the caller, who knows what day it is.
    """
    number = text.upper()
    if len(number) != 18:
        return IdentityProblem.LENGTH
    if not _IDENTITY.fullmatch(number):
        return IdentityProblem.CHARACTERS
    # The check comes first: with a mistyped digit the birth date is wrong too, and that is not the news.
    if check_character(number[:17]) != number[17]:
        return IdentityProblem.CHECK
    try:
        birth_on = dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return IdentityProblem.BIRTH
    return Identity(number, number[:6], birth_on, is_male=int(number[16]) % 2 == 1)


def national_number_problem(text: str) -> NationalProblem | None:
    """What is wrong with a national student number, or None.

    G is formal and carries an identity number, so its check character must be right. J (self-coded, for a
    child without identity number) and L (temporary) end in characters that registers have filled in several
    ways: their check is not held against a child.
    """
    number = text.upper()
    if not _NATIONAL.fullmatch(number):
        return NationalProblem.SHAPE
    if number[0] == "G" and not has_valid_check(number[1:]):
        return NationalProblem.CHECK
    return None


def is_temporary_national_number(number: str) -> bool:
    """Whether the number may be replaced by a formal one (G) later: it starts with L or J."""
    return number[:1].upper() in {"L", "J"}
