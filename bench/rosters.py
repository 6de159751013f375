"""Rosters of any size, in the national template's columns, for benchmarks and the large test."""

from __future__ import annotations

import datetime as dt
import io
import random
import zipfile
from itertools import chain

from students.identity import check_character

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华文玉兰红晓梅春花思涵轩然桐远慧雨"
COLUMNS = (
    "学校标识码", "姓名", "性别", "出生日期", "民族", "身份证件类型", "身份证件号", "班号", "入学年月",
    "就读方式", "现住址", "联系电话", "健康状况", "学籍辅号", "成员1姓名", "成员1关系", "成员1联系电话",
    "成员1是否监护人", "成员1工作单位", "成员2姓名", "成员2关系", "成员2联系电话", "成员2是否监护人",
    "成员2工作单位", "全国学籍号",
)  # fmt: skip


def make_roster(
    count: int,
    *,
    school_code: str = "2152999901",
    classes: int = 3,
    seed: int = 1,
    phone_prefix: str = "13",
) -> bytes:
    """An .xlsx file with `count` pupils in grades 1 to 9; written as plain XML, since that takes a second.

    The same seed gives the same pupils; another `phone_prefix` gives each and all their adults other numbers.
    """
    dice = random.Random(seed)
    rows = (_pupil(dice, number, school_code, classes, phone_prefix) for number in range(count))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _PARTS.items():
            archive.writestr(name, text)
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            part.write(f"<worksheet {_MAIN}><sheetData>".encode())
            for row in chain([COLUMNS], rows):
                cells = "".join(f'<c t="inlineStr"><is><t>{value}</t></is></c>' for value in row)
                part.write(f"<row>{cells}</row>".encode())
            part.write(b"</sheetData></worksheet>")
    return out.getvalue()


_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook {_MAIN} xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="学生基本信息" sheetId="1" r:id="r1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}


def _name(dice: random.Random) -> str:
    return dice.choice(SURNAMES) + "".join(dice.choices(GIVEN, k=dice.choice((1, 2, 2))))


def _phone(dice: random.Random, prefix: str) -> str:
    return f"{prefix}{dice.randrange(10**9):09d}"


def _pupil(dice: random.Random, number: int, school_code: str, classes: int, prefix: str) -> list[str]:
    grade = dice.randint(1, 9)
    born = dt.date(2020 - grade, 1, 1) + dt.timedelta(days=dice.randrange(365))
    is_male = dice.random() < 0.5
    area = 529900 + number % 90
    first17 = f"{area}{born:%Y%m%d}{(number // 90) % 500 * 2 + is_male:03d}"
    identity = first17 + check_character(first17)
    home = f"青石乡龙井村{dice.randint(1, 12)}组"
    return [
        school_code, _name(dice), "男" if is_male else "女", born.isoformat(), "汉族", "居民身份证",
        identity, f"{grade:02d}{dice.randint(1, classes):02d}", "202609", dice.choice(("住校", "走读")), home,
        _phone(dice, prefix), "健康", f"QS{number:05d}", _name(dice), "父亲", _phone(dice, prefix), "是",
        "电子厂", _name(dice), "母亲", _phone(dice, prefix), "是", "务农", f"G{identity}",
    ]  # fmt: skip
