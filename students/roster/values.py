"""Cells to values: dates, sex, phones, classes, boarding.

Each reader returns None when it can't make sense of a cell.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from students.roster.cells import Cell, Kept
from students.roster.text import clean_code, clean_text, half_width

Sex = Literal["male", "female"]
Boarding = Literal["boarder", "day"]

# Excel's day 60 is 29 February 1900, which never was; no pupil is that old, so the usual epoch does.
_EPOCH_1900 = dt.date(1899, 12, 30)
_LAST_SERIAL = 80_000  # 10 January 2119
_SERIAL = re.compile(r"[0-9]{5}(\.[0-9]+)?")
_COMPACT_DATE = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})")
_PARTED_DATE = re.compile(
    r"([0-9]{4})\s*[-/.,年\\]\s*([0-9]{1,2})\s*[-/.,月\\]\s*([0-9]{1,2})\s*[日号]?(?:[T ][0-9:.]+Z?)?\.?"
)
_MONTH = re.compile(r"((?:19|20)[0-9]{2})\s*[-/.年]?\s*([0-9]{1,2})\s*月?")

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(0(?:10|2[0-9]|[3-9][0-9]{2}))([1-9][0-9]{6,7})(?:[x#*转]([0-9]{1,6}))?")
_ABROAD = re.compile(r"\+[1-9][0-9]{6,14}")
_PHONE_SEPARATORS = re.compile(r"[/,;、，；|]|\s{2,}|或")
_PHONE_NOISE = re.compile(r"[\s()\-‐-―－.]")

_HUKOU_UNKNOWN = {"未采集", "不详", "未知", "无", "NOTCOLLECTED", "UNKNOWN"}

_HAN_NUMBER = {
    "零": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_HAN_GRADES = ("零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_STAGE_OFFSET = {"小学": 0, "小": 0, "初中": 6, "初": 6, "高中": 9, "高": 9}
_NUMBER = r"[0-9]{1,3}|[零一二两三四五六七八九十]{1,3}"
_CLASS_NAMED = re.compile(
    rf"(?P<stage>小学|初中|高中|小|初|高)?(?P<grade>{_NUMBER})(?:年级|年|级)?"
    rf"(?:[(\[【〔]?(?P<number>{_NUMBER})[)\]】〕]?班?)?"
)
_CLASS_PARTED = re.compile(rf"(?P<grade>{_NUMBER})[-./_](?P<number>{_NUMBER})班?")
_CLASS_ENGLISH = re.compile(
    r"(?:GRADE|G|YEAR)(?P<grade>[0-9]{1,2})[,\-/]?(?:CLASS|C)?[(#]?(?P<number>[0-9]{1,2})?\)?"
)
_CLASS_CODE = re.compile(r"([0-9]{1,2})([0-9]{2})班?")

_MALE = {"男", "男性", "男生", "男孩", "1", "M", "MALE", "BOY", "1男", "1-男", "1男性"}
_FEMALE = {"女", "女性", "女生", "女孩", "2", "F", "FEMALE", "GIRL", "2女", "2-女", "2女性"}
_BOARDING = {
    "住校",
    "寄宿",
    "住宿",
    "寄宿生",
    "住校生",
    "住宿生",
    "内宿",
    "是",
    "Y",
    "YES",
    "BOARDING",
    "BOARDER",
    "TRUE",
    "1",
}
# 借宿 is lodging with a family near the school: the child doesn't sleep in a dormitory.
_DAY = {"走读", "走读生", "通学", "通学生", "借宿", "外宿", "否", "N", "NO", "DAY", "FALSE", "0", "2"}
_HEALTH = {
    "healthy": ("健康", "良好", "健康或良好", "HEALTHY", "GOOD"),
    "fair": ("一般或较弱", "一般", "较弱", "FAIR", "WEAK"),
    "chronic": ("慢性病", "有慢性病", "CHRONIC"),
    "disabled": ("残疾", "生理缺陷", "有生理缺陷", "DISABLED"),
    "serious": ("严重疾病", "重大疾病", "SERIOUS"),
}
_HEALTH_OF = {word: value for value, words in _HEALTH.items() for word in words}
_RELATIONS = {
    "father": ("父亲", "父", "爸爸", "父子", "父女", "FATHER", "DAD", "51"),
    "mother": ("母亲", "母", "妈妈", "母子", "母女", "MOTHER", "MUM", "MOM", "52"),
    "grandfather": ("祖父", "爷爷", "GRANDFATHER", "61"),
    "grandmother": ("祖母", "奶奶", "GRANDMOTHER", "62"),
    "maternal_grandfather": ("外祖父", "外公", "姥爷", "63"),
    "maternal_grandmother": ("外祖母", "外婆", "姥姥", "64"),
    "sibling": ("兄", "弟", "姐", "妹", "哥哥", "弟弟", "姐姐", "妹妹", "兄弟姐妹", "BROTHER", "SISTER"),
    "relative": ("伯父", "伯母", "叔父", "叔叔", "婶婶", "舅父", "舅舅", "舅母", "姑母", "姑姑",
                 "姨母", "姨妈", "亲属", "其他亲属", "UNCLE", "AUNT", "RELATIVE"),
}  # fmt: skip
_RELATION_OF = {word: value for value, words in _RELATIONS.items() for word in words}
_YES = {"是", "Y", "YES", "TRUE", "1", "√", "✓"}
_NO = {"否", "N", "NO", "FALSE", "0", "2", "×"}


@dataclass(frozen=True, slots=True)
class ClassRef:
    """A class as a file names it. The number is None when only a grade is given ("一年级")."""

    grade: int
    number: int | None


def as_text(cell: Cell) -> str:
    """A cell as the text a person sees, cleaned; whole numbers without `.0`, markers blank."""
    if cell is None or isinstance(cell, Kept):
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return clean_text(str(cell))


def parse_date(cell: Cell) -> dt.date | None:
    """A date from a date cell, a serial number, or 2013.9.1, 20130901, 2013/9/1, 2013年9月1日.

    Forms whose order is a guess (9/1/2013, 13.9.1) are not read: a wrong birthday is worse than a refusal.
    """
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    if isinstance(cell, bool) or cell is None or isinstance(cell, Kept | dt.time):
        return None
    text = half_width(as_text(cell))
    if match := _COMPACT_DATE.fullmatch(text) or _PARTED_DATE.fullmatch(text):
        return _date(*(int(part) for part in match.groups()))
    if _SERIAL.fullmatch(text) and float(text) < _LAST_SERIAL:
        return _EPOCH_1900 + dt.timedelta(days=int(float(text)))
    return None


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def parse_month(cell: Cell) -> dt.date | None:
    """The first day of a month from 202609, 2026-09, 2026年9月, or of the month of a whole date."""
    whole = parse_date(cell)
    if whole is not None:
        return whole.replace(day=1)
    match = _MONTH.fullmatch(half_width(as_text(cell)))
    return _date(int(match[1]), int(match[2]), 1) if match else None


def parse_sex(cell: Cell) -> Sex | None:
    """Male or female from 男/女, GB/T 2261.1's 1/2, or English."""
    text = clean_code(as_text(cell))
    if text in _MALE:
        return "male"
    return "female" if text in _FEMALE else None


def parse_boarding(cell: Cell) -> Boarding | None:
    """Boarder or day pupil from 就读方式 (住校, 走读, 借宿) or 是否寄宿 (是, 否)."""
    text = clean_code(as_text(cell))
    if text in _BOARDING:
        return "boarder"
    return "day" if text in _DAY else None


def parse_yes_no(cell: Cell) -> bool | None:
    """是/否 and their usual stand-ins; None when it is neither."""
    text = clean_code(as_text(cell))
    if text in _YES:
        return True
    return False if text in _NO else None


def parse_hukou(cell: Cell) -> str | None:
    """户口性质: 农业家庭户口, 农业户口, 农村 are rural, 非农业 and 城镇 urban; 居民户口 says neither: other.

    None where the cell says nothing, or that it isn't collected, and for a bare code: instructions for the
    register give 1 to rural in some provinces and to urban in others.
    """
    text = clean_code(as_text(cell))
    if not text or text.isdecimal() or text in _HUKOU_UNKNOWN:
        return None
    if text.startswith(("非农", "城镇", "城市", "URBAN", "NON")):
        return "urban"
    return "rural" if text.startswith(("农业", "农村", "农", "RURAL")) else "other"


def parse_health(cell: Cell) -> str | None:
    """The register's value list for 健康状况; whatever else is written is "other"."""
    text = clean_code(as_text(cell))
    return _HEALTH_OF.get(text, "other") if text else None


def parse_relation(text: str) -> str:
    """How an adult is related to the pupil (GB/T 4761 names, or its codes); unknown words are "other"."""
    return _RELATION_OF.get(clean_code(text), "other")


def parse_phones(cell: Cell) -> list[str] | None:
    """Phone numbers in one form: a mobile as 11 digits, a landline as 0851-1234567, abroad as +852….

    Returns None when a part of the cell is no phone number: half a cell understood is a cell misunderstood.
    """
    numbers: list[str] = []
    for part in _PHONE_SEPARATORS.split(half_width(as_text(cell))):
        if not part.strip():
            continue
        number = normalise_phone(part)
        if number is None:
            return None
        if number not in numbers:
            numbers.append(number)
    return numbers or None


def normalise_phone(text: str) -> str | None:
    """One phone number in its stored form, or None."""
    number = _PHONE_NOISE.sub("", half_width(clean_text(text))).lstrip("'")
    number = re.sub(r"^(?:\+|00)86", "", number)
    if _MOBILE.fullmatch(number):
        return number
    if len(number) == 13 and number.startswith("86") and _MOBILE.fullmatch(number[2:]):
        return number[2:]
    if match := _LANDLINE.fullmatch(number):
        extension = f"-{match[3]}" if match[3] else ""
        return f"{match[1]}-{match[2]}{extension}"
    if number.startswith("00"):
        number = "+" + number[2:]
    return number if _ABROAD.fullmatch(number) else None


def parse_class(cell: Cell, grade: Cell = None) -> ClassRef | None:
    """A class from 三年级(2)班, 三年级2班, 初一(3)班, 3.2, 0302 or 302; with `grade`, from 三年级 + 2班.

    A grade that no school has (99) is returned as written: the caller offers the nearest class.
    """
    if isinstance(cell, float) and not cell.is_integer():
        return None  # the figure 3.1 may have been typed as 3.10
    text = clean_code(as_text(cell)).replace("第", "")
    grade_text = clean_code(as_text(grade)).replace("第", "")
    whole = _whole_class(text)
    if not grade_text:
        return whole
    if whole is not None and whole.number is not None and not re.fullmatch(r"[0-9]{3,4}班?", text):
        return whole
    parent = _whole_class(grade_text)
    number = re.fullmatch(rf"[(]?({_NUMBER})[)]?班?", text)
    if parent is None or parent.number is not None or number is None:
        return whole
    return ClassRef(parent.grade, _number(number[1]))


def class_label(grade: int, number: int) -> str:
    """A class as schools write it and as the file may name it: 三年级(2)班."""
    return f"{_HAN_GRADES[grade]}年级({number})班"


def _whole_class(text: str) -> ClassRef | None:
    if match := _CLASS_CODE.fullmatch(text):
        return ClassRef(int(match[1]), int(match[2]))
    for pattern in (_CLASS_PARTED, _CLASS_ENGLISH, _CLASS_NAMED):
        if match := pattern.fullmatch(text):
            parts = match.groupdict()
            grade = _number(parts["grade"]) + _STAGE_OFFSET.get(parts.get("stage") or "", 0)
            return ClassRef(grade, _number(parts["number"]) if parts["number"] else None)
    return None


def _number(text: str) -> int:
    """Arabic or Han digits up to 99: 十二 is 12, 二十 is 20."""
    if text.isascii():
        return int(text)
    tens, ten, ones = text.partition("十")
    if not ten:
        return int("".join(str(_HAN_NUMBER[character]) for character in text))
    return _HAN_NUMBER.get(tens, 1) * 10 + (_HAN_NUMBER.get(ones, 0))
