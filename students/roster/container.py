"""The zip around an .xlsx file, opened with suspicion: what it says about itself is never believed."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

from students.roster.cells import Limits
from students.roster.messages import FileRefused

CHUNK = 1 << 16


class Container:
    """The parts of a zip file, each readable once or more, with one budget for all that is unpacked.

    The sizes in a zip's directory are written by whoever made it; only bytes that came out are counted.
    """

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._limits = limits
        self._left = limits.unpacked_bytes
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError) as error:
            raise FileRefused("damaged") from error
        entries = self._zip.infolist()
        if len(entries) > limits.entries:
            raise FileRefused("too-many-parts")
        if any(entry.flag_bits & 0x1 for entry in entries):
            raise FileRefused("encrypted")
        self._parts = {entry.filename.replace("\\", "/").lstrip("/").lower(): entry for entry in entries}

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._parts

    def has_prefix(self, prefix: str) -> bool:
        """Whether any part's name starts so."""
        return any(name.startswith(prefix) for name in self._parts)

    def chunks(self, name: str) -> Iterator[bytes]:
        """The unpacked bytes of one part, piece by piece. Raises FileRefused for bombs and damage."""
        entry = self._parts.get(name.lower())
        if entry is None or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FileRefused("damaged")
        try:
            with self._zip.open(entry) as source:
                unpacked = 0
                while chunk := source.read(CHUNK):
                    unpacked += len(chunk)
                    self._spend(len(chunk), unpacked, entry.compress_size)
                    yield chunk
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise FileRefused("damaged") from error

    def read(self, name: str, most: int = 1 << 20) -> bytes:
        """A small part as a whole."""
        data = b""
        for chunk in self.chunks(name):
            data += chunk
            if len(data) > most:
                raise FileRefused("unpacks-too-large")
        return data

    def _spend(self, size: int, unpacked: int, packed: int) -> None:
        self._left -= size
        is_bomb = unpacked > self._limits.ratio_from_bytes and unpacked > self._limits.ratio * max(packed, 1)
        if self._left < 0 or is_bomb:
            raise FileRefused("unpacks-too-large")
