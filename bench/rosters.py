"""Rosters of any size, in the national template's columns, for benchmarks and the large test."""

from __future__ import annotations

import datetime as dt
import io
import random

import openpyxl

from students.identity import check_character

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华文玉兰红晓梅春花思涵轩然桐远慧雨"
COLUMNS = (
    "学校标识码", "姓名", "性别", "出生日期", "民族", "身份证件类型", "身份证件号", "班号", "入学年月", "就读方式", "现住址",
    "联系电话", "健康状况", "学籍辅号", "成员1姓名", "成员1关系", "成员1联系电话", "成员1是否监护人", "成员1工作单位",
    "成员2姓名", "成员2关系", "成员2联系电话", "成员2是否监护人", "成员2工作单位", "全国学籍号",
)  # fmt: skip


def make_roster(count: int, *, school_code: str = "2152999901", classes: int = 3, seed: int = 1) -> bytes:
    """An .xlsx file with `count` pupils in grades 1 to 9."""
    dice = random.Random(seed)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("学生基本信息")
    sheet.append(COLUMNS)
    for number in range(count):
        sheet.append(_pupil(dice, number, school_code, classes))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _name(dice: random.Random) -> str:
    return dice.choice(SURNAMES) + "".join(dice.choices(GIVEN, k=dice.choice((1, 2, 2))))


def _phone(dice: random.Random) -> str:
    return f"1{dice.choice('3578')}{dice.randrange(10**9):09d}"


def _pupil(dice: random.Random, number: int, school_code: str, classes: int) -> list[str]:
    grade = dice.randint(1, 9)
    born = dt.date(2020 - grade, 1, 1) + dt.timedelta(days=dice.randrange(365))
    is_male = dice.random() < 0.5
    area = 529900 + number % 90
    first17 = f"{area}{born:%Y%m%d}{(number // 90) % 500 * 2 + is_male:03d}"
    identity = first17 + check_character(first17)
    home = f"青石乡龙井村{dice.randint(1, 12)}组"
    return [
        school_code, _name(dice), "男" if is_male else "女", born.isoformat(), "汉族", "居民身份证", identity,
        f"{grade:02d}{dice.randint(1, classes):02d}", "202609", dice.choice(("住校", "走读")), home, _phone(dice), "健康",
        f"QS{number:05d}", _name(dice), "父亲", _phone(dice), "是", "电子厂",
        _name(dice), "母亲", _phone(dice), "是", "务农", f"G{identity}",
    ]  # fmt: skip
