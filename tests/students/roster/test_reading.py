"""Opening files: what is read, what is refused, and that nothing a file says about itself is believed."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from students.roster.cells import Kept, Limits
from students.roster.messages import FILE_MESSAGES, FileRefused
from students.roster.reading import read_table
from tests.students.roster.workbooks import (
    CONTENT_TYPES,
    HEADER,
    PUPIL,
    packed,
    saved,
    sheet_xml,
    workbook,
)


def rows_of(data: bytes, limits: Limits | None = None):
    table = read_table(data, limits)
    return [(row.number, row.cells) for row in table.rows]


def refusal(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(FileRefused) as caught:
        list(read_table(data, limits).rows)
    return caught.value.code


def csv_text(*rows, mark=","):
    return "\r\n".join(mark.join(row) for row in rows)


# --- what is read ---------------------------------------------------------------------------------


def test_rows_keep_the_number_the_spreadsheet_shows():
    data = workbook(["某校花名册"], HEADER, PUPIL, [], PUPIL)

    assert [number for number, _ in rows_of(data)] == [3, 5]


def test_a_formula_and_its_cached_value_are_kept_out():
    data = packed(
        sheet_xml(HEADER, ["<c><f>HYPERLINK(&quot;x&quot;)</f><v>13812345678</v></c>", "女", "", "", "0103"])
    )

    assert rows_of(data) == [(2, (Kept.FORMULA, "女", None, None, "0103"))]


def test_a_formula_written_by_openpyxl_is_kept_out():
    data = workbook(HEADER, ["田晓", '=HYPERLINK("x")', "2019-02-17", "", "0103"])

    assert rows_of(data)[0][1][1] is Kept.FORMULA


def test_an_error_value_is_kept_out():
    data = packed(sheet_xml(HEADER, ['<c t="e"><v>#REF!</v></c>', "女", "", "", "0103"]))

    assert rows_of(data)[0][1][0] is Kept.ERROR


def test_a_csv_formula_is_kept_out():
    data = csv_text(HEADER, ["田晓", "=1+1", "2019-02-17", "", "0103"]).encode()

    assert rows_of(data)[0][1][1] is Kept.FORMULA


def test_date_cells_become_dates_in_both_calendars():
    for epoch in (openpyxl.utils.datetime.WINDOWS_EPOCH, openpyxl.utils.datetime.MAC_EPOCH):
        book = openpyxl.Workbook()
        book.epoch = epoch
        book.active.append(HEADER)
        book.active.append(["田晓", "女", dt.date(2019, 2, 17), "", "0103"])

        assert rows_of(saved(book))[0][1][2] == dt.datetime(2019, 2, 17)


def test_rich_texts_are_joined_without_their_phonetic_guide():
    cell = (
        '<c t="inlineStr"><is><r><t>田</t></r><r><t>晓</t></r><rPh sb="0" eb="1"><t>tian</t></rPh></is></c>'
    )

    assert rows_of(packed(sheet_xml(HEADER, [cell, "女", "", "", "0103"])))[0][1][0] == "田晓"


def test_numbers_booleans_and_escapes():
    cells = [
        "<c><v>302</v></c>",
        "<c><v>3.5</v></c>",
        '<c t="b"><v>1</v></c>',
        "a_x000D_b",
        "<c><v>1e999x</v></c>",
    ]

    assert rows_of(packed(sheet_xml(HEADER, cells))) == [(2, (302, 3.5, True, "a\rb", Kept.ERROR))]


def test_the_declared_dimension_is_not_believed():
    data = packed(sheet_xml(HEADER, PUPIL, PUPIL, prefix='<dimension ref="A1:B1"/>'))

    assert len(rows_of(data)) == 2


def test_prefixed_and_strict_namespaces_are_read():
    plain = sheet_xml(HEADER, PUPIL)
    prefixed = plain.replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:")
    prefixed = prefixed.replace(
        "<x:worksheet", '<x:worksheet xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main"', 1
    )

    assert rows_of(packed(prefixed)) == rows_of(packed(plain))


def test_a_blank_first_column_does_not_shift_the_cells():
    data = workbook([None, *HEADER], [None, *PUPIL])

    assert rows_of(data) == [(2, (None, *PUPIL))]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_csv_in_every_usual_encoding_and_delimiter(encoding, mark):
    data = csv_text(HEADER, PUPIL, mark=mark).encode(encoding)

    assert rows_of(data) == [(2, PUPIL)]


def test_excels_hint_about_the_delimiter_is_followed():
    data = ("sep=;\r\n" + csv_text(HEADER, PUPIL, mark=";")).encode()

    assert rows_of(data) == [(3, PUPIL)]


def test_quoted_fields_with_line_breaks_stay_one_row():
    data = csv_text(HEADER, ['"田\n晓"', *PUPIL[1:]], PUPIL).encode()

    assert [number for number, _ in rows_of(data)] == [2, 3]


def test_the_first_visible_sheet_with_the_columns_is_read_and_others_are_named():
    book = openpyxl.Workbook()
    book.active.title = "说明"
    book.active.append(["填写说明"])
    hidden = book.create_sheet("旧")
    hidden.sheet_state = "hidden"
    for title in ("一年级", "二年级"):
        sheet = book.create_sheet(title)
        sheet.append(HEADER)
        sheet.append(PUPIL)
    hidden.append(HEADER)
    hidden.append(PUPIL)

    table = read_table(saved(book))

    assert (table.sheet, table.other_sheets, table.hidden_sheets) == ("一年级", ["二年级"], ["旧"])


# --- what is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\0" * 100, "empty"),
        (b" \r\n\r\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old-excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"\x09\x08\x10\x00\x00\x06\x05\x00", "old-excel"),
        ("<html><table><tr><td>姓名</td></tr></table>".encode(), "web-page-excel"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Workbook/>", "web-page-excel"),
        (b"%PDF-1.7", "not-a-spreadsheet"),
        (b"\x89PNG\r\n\x1a\n", "not-a-spreadsheet"),
        (b"PK\x03\x04 but not a zip", "damaged"),
        (b"\x01\x02\x03\xff\xfe\x80\x81" * 50, "unknown-encoding"),
        ("没有,表头\n1,2".encode(), "no-header"),
        ("姓名,性别\n田晓,女".encode(), "missing-columns"),
        ("性别,班级\n女,0101".encode(), "missing-columns"),
        ("姓名,班级\n".encode(), "no-rows"),
    ],
)
def test_what_is_no_roster_is_refused_with_its_reason(data, code):
    assert refusal(data) == code


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["a.txt"], "not-a-spreadsheet"),
        (["[Content_Types].xml", "word/document.xml"], "not-a-spreadsheet"),
        (["[Content_Types].xml", "xl/workbook.bin"], "other-spreadsheet"),
        (["mimetype", "content.xml"], "other-spreadsheet"),
        (["[Content_Types].xml"], "damaged"),
    ],
)
def test_other_zip_files_are_refused(names, code):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, CONTENT_TYPES)

    assert refusal(out.getvalue()) == code


def test_the_missing_column_is_named():
    with pytest.raises(FileRefused, match="班号"):
        read_table("姓名,性别\n田晓,女".encode())


def test_an_encrypted_zip_is_refused():
    data = bytearray(workbook(HEADER, PUPIL))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        offset = archive.start_dir
    struct.pack_into("<H", data, offset + 8, 1)

    assert refusal(bytes(data)) == "encrypted"


def test_a_zip_bomb_is_refused_without_being_unpacked():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        with zipfile.ZipFile(io.BytesIO(packed(sheet_xml(HEADER, PUPIL)))) as good:
            for name in good.namelist():
                if "sheet1" not in name:
                    archive.writestr(name, good.read(name))
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(b"<worksheet><sheetData>")
            for _ in range(400):
                part.write(b"<row>" + b" " * (1 << 20) + b"</row>")
    data = out.getvalue()
    assert len(data) < 1 << 20

    assert refusal(data) == "unpacks-too-large"


def test_a_budget_for_all_parts_together():
    data = workbook(HEADER, *[PUPIL] * 500)

    assert refusal(data, Limits(unpacked_bytes=20_000)) == "unpacks-too-large"


def test_a_part_that_lies_about_its_size_is_refused():
    data = bytearray(workbook(HEADER, *[PUPIL] * 50))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        offset = archive.start_dir
    position = bytes(data).index(b"xl/worksheets/sheet1.xml", offset)
    struct.pack_into("<I", data, position - 46 + 24, 10)  # the unpacked size in the directory

    assert refusal(bytes(data)) == "damaged"


def test_entities_are_refused_whether_they_grow_or_fetch():
    for doctype in (
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">',
    ):
        assert refusal(packed(doctype + sheet_xml(HEADER, ["&a;", "女", "", "", "0103"]))) == "damaged"


@pytest.mark.parametrize(
    "sheet",
    [
        '<worksheet><sheetData><row r="2000000"/></sheetData></worksheet>',
        '<worksheet><sheetData><row r="5"/><row r="4"/></sheetData></worksheet>',
        '<worksheet><sheetData><row><c r="ZZZ1" t="s"><v>1</v></c></row></sheetData></worksheet>',
        '<worksheet><sheetData><row><c t="s"><v>99</v></c></row></sheetData></worksheet>',
        '<worksheet><sheetData><row><c t="s"><v>-1</v></c></row></sheetData></worksheet>',
        "<worksheet><sheetData><row>",
        "<a>" * 100 + "</a>" * 100,
        "",
    ],
)
def test_a_damaged_sheet_is_refused(sheet):
    assert refusal(packed(sheet)) == "damaged"


def test_formatting_out_to_the_last_column_is_ignored_but_content_is_not():
    blank = (
        '<row><c t="inlineStr"><is><t>姓名</t></is></c><c t="inlineStr"><is><t>班号</t></is></c>'
        '<c r="XFD1" s="1"/></row>'
    )
    full = blank.replace('<c r="XFD1" s="1"/>', '<c r="XFD1" t="inlineStr"><is><t>x</t></is></c>')
    body = "<worksheet><sheetData>%s<row><c t='inlineStr'><is><t>a</t></is></c></row></sheetData></worksheet>"

    assert rows_of(packed(body % blank)) == [(2, ("a",))]
    assert refusal(packed(body % full)) == "too-many-columns"


def test_more_rows_than_the_limit_are_refused():
    limits = Limits(rows=3)

    assert refusal(workbook(HEADER, *[PUPIL] * 3), limits) == "too-many-rows"
    assert refusal(csv_text(HEADER, *[PUPIL] * 3).encode(), limits) == "too-many-rows"
    assert len(rows_of(workbook(HEADER, *[PUPIL] * 2), limits)) == 2


def test_many_sheets_that_share_one_part_are_read_once():
    names = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="r1"/>' for n in range(5000))
    book = f'<workbook xmlns:r="r"><sheets>{names}</sheets></workbook>'

    table = read_table(packed(sheet_xml(HEADER, PUPIL), xl__workbook_xml=book))

    assert (table.sheet, table.other_sheets) == ("S0", [])


# --- anything at all --------------------------------------------------------------------------------


def outcome(data: bytes) -> str:
    try:
        return f"{len(list(read_table(data).rows))} rows"
    except FileRefused as error:
        return str(error)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=600))
def test_random_bytes_give_a_reason_or_rows(data):
    assert outcome(data)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_workbook_with_broken_bytes_gives_a_reason_or_rows(draw):
    data = bytearray(_GOOD)
    for _ in range(draw.draw(st.integers(1, 8))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    end = draw.draw(st.one_of(st.just(len(data)), st.integers(0, len(data))))

    assert outcome(bytes(data[:end]))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_in_a_sheet_part_gives_a_reason_or_rows(body):
    assert outcome(packed(f"<worksheet><sheetData>{body}</sheetData></worksheet>"))


@given(st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=6), max_size=6))
def test_any_csv_gives_a_reason_or_rows(rows):
    text = csv_text(HEADER, *rows)

    assert outcome(text.encode("utf-8", "surrogatepass"))


def test_every_reason_can_be_said():
    for code, text in FILE_MESSAGES.items():
        params = {
            "limit": 1,
            "kind": "x",
            "sheet": "x",
            "columns": "x",
            "column": "A",
            "header": "x",
            "row": 2,
        }

        assert text % params, code


_GOOD = workbook(HEADER, *[PUPIL] * 5)
