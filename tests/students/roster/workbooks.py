"""Workbooks made on the fly: proper ones with openpyxl, hostile ones with zipfile."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Any

import openpyxl

HEADER = ("姓名", "性别", "出生日期", "身份证件号", "班号")
PUPIL = ("田晓", "女", "2019-02-17", "529999201902175400", "0103")

CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
)
ROOT_RELS = (
    '<Relationships><Relationship Id="r" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
WORKBOOK = '<workbook xmlns:r="r"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
WORKBOOK_RELS = (
    '<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
)


def workbook(*rows: Sequence[Any], title: str = "Sheet") -> bytes:
    """An .xlsx file with one sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    """The bytes of a workbook."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def packed(sheet: bytes | str, **replaced: str) -> bytes:
    """An .xlsx file around one sheet part, written part by part."""
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": ROOT_RELS,
        "xl/workbook.xml": WORKBOOK,
        "xl/_rels/workbook.xml.rels": WORKBOOK_RELS,
        "xl/worksheets/sheet1.xml": sheet,
    }
    parts.update({name.replace("__", "/").replace("_xml", ".xml"): text for name, text in replaced.items()})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def sheet_xml(*rows: Sequence[str], prefix: str = "") -> str:
    """A sheet part with inline texts; a value that starts with `<` is taken as the cell's own XML."""
    lines = []
    for row in rows:
        cells = "".join(
            value if value.startswith("<") else f'<c t="inlineStr"><is><t>{value}</t></is></c>'
            for value in row
        )
        lines.append(f"<row>{cells}</row>")
    return f"<worksheet>{prefix}<sheetData>{''.join(lines)}</sheetData></worksheet>"
