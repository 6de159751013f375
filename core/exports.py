"""Files that people take away: one way for all of them.

Cells are made safe (core.cells), the file is kept closed in the database for a day, only whoever asked for it
fetches it, and the trail says who took what: the kind, how many rows, and a hash of whose they were. With a
passphrase it is a zip that opens with it alone (AES-256); the passphrase is kept nowhere.
Source: ASVS 5.0.0 1.2.10, 14.2.6, 14.2.7, 16.3.2; PIPL art. 51.
"""

from __future__ import annotations

import hashlib
import io
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pyzipper
from django.db import transaction

from core import audit, cells
from core.models import Export

if TYPE_CHECKING:
    from accounts.models import User

KEPT = timedelta(hours=24)
MIN_PASSPHRASE = 12
ZIP = "application/zip"
FORMATS = {"xlsx": cells.XLSX, "csv": cells.CSV}


@dataclass(frozen=True)
class Table:
    """What goes into the file. `ids` are the rows' own, for the hash in the trail."""

    title: str
    head: Sequence[object]
    rows: Sequence[Sequence[object]]
    ids: Iterable[object]
    widths: Sequence[int] = ()


@transaction.atomic
def make(
    *,
    table: Table,
    kind: str,
    name: str,
    file_format: str,
    passphrase: str,
    school_id: int,
    by: User,
    now: datetime,
) -> Export:
    """Build the file and keep it for its day. `name` is ASCII, without ending. KeyError on another format."""
    media_type = FORMATS[file_format]
    file_name, content = f"{name}.{file_format}", _content(table, file_format)
    if passphrase:
        content = _locked(content, file_name, passphrase)
        file_name, media_type = f"{name}.zip", ZIP
    export = Export.objects.create(
        school_id=school_id,
        requested_by=by,
        kind=kind,
        file_name=file_name,
        media_type=media_type,
        row_count=len(table.rows),
        is_encrypted=bool(passphrase),
        content=content,
        made_at=now,
        expires_at=now + KEPT,
    )
    audit.record(
        "export.made",
        by=by,
        target=export,
        kind=kind,
        rows=len(table.rows),
        columns=len(table.head),
        ids_sha256=_hash(table.ids),
        encrypted=bool(passphrase),
    )
    return export


def _content(table: Table, file_format: str) -> bytes:
    if file_format == "csv":
        return cells.write_csv(table.head, table.rows)
    return cells.write_xlsx([cells.Sheet(table.title, table.head, table.rows, table.widths)])


def _locked(content: bytes, file_name: str, passphrase: str) -> bytes:
    out = io.BytesIO()
    with pyzipper.AESZipFile(
        out, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setencryption(pyzipper.WZ_AES, nbits=256)
        archive.setpassword(passphrase.encode())
        archive.writestr(file_name, content)
    return out.getvalue()


def _hash(ids: Iterable[object]) -> str:
    """So that a file found somewhere can be matched with an event, which itself names nobody."""
    return hashlib.sha256("\n".join(sorted(map(str, ids))).encode()).hexdigest()


def find(*, public_id: uuid.UUID, by: User, now: datetime) -> Export | None:
    """The person's own file while its day lasts; nobody else's."""
    mine = Export.objects.filter(public_id=public_id, requested_by=by, expires_at__gt=now)
    return mine.first()


@transaction.atomic
def take(*, export: Export, by: User) -> bytes:
    """The file's bytes; the trail says that it was fetched."""
    audit.record("export.fetched", by=by, target=export, kind=export.kind, rows=export.row_count)
    return bytes(export.content)


@transaction.atomic
def remove(*, export: Export, by: User) -> None:
    """Before its day is over."""
    audit.record("export.removed", by=by, target=export, kind=export.kind)
    export.delete()


def sweep(*, now: datetime) -> int:
    """Delete what is over."""
    return Export.objects.filter(expires_at__lte=now).delete()[0]
