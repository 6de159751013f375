"""A file encrypted with a passphrase, written and read as a stream: what backups and copies of keys rest in.

The passphrase goes through scrypt (RFC 7914); the content in chunks through AES-256-GCM, each bound to its
number and to whether it's the last (STREAM: https://eprint.iacr.org/2015/189), so that a chunk changed,
removed, moved or cut off at the end is noticed. Layout: magic, salt, nonce prefix; then for each chunk its
length and its ciphertext. Knows no Django.
"""

from __future__ import annotations

import io
import secrets
import struct
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MAGIC = b"kiteline backup 1\n"
CHUNK = 1024 * 1024
FEWEST_CHARACTERS = 12
_SALT, _PREFIX, _TAG = 16, 7, 16
_HEADER = len(MAGIC) + _SALT + _PREFIX


class ArchiveError(Exception):
    """The file can't be opened or isn't whole; one line, with the remedy."""


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    """128 MB and half a second for each guess."""
    return AESGCM(Scrypt(salt=salt, length=32, n=2**17, r=8, p=1).derive(passphrase.encode()))


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + struct.pack(">IB", number, last)


class Writer(io.RawIOBase):
    """Give it to tarfile or write to it; what was written counts only once it is closed."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        super().__init__()
        if len(passphrase) < FEWEST_CHARACTERS:
            raise ArchiveError(f"The passphrase needs {FEWEST_CHARACTERS} characters at least.")
        salt, self._prefix = secrets.token_bytes(_SALT), secrets.token_bytes(_PREFIX)
        self._file, self._header = file, MAGIC + salt + self._prefix
        self._cipher = _cipher(passphrase, salt)
        self._waiting, self._number = bytearray(), 0
        file.write(self._header)

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._waiting += data
        while len(self._waiting) > CHUNK:  # not >=: the last chunk must be known as the last
            self._write_chunk(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(data)

    def finish(self) -> None:
        """Write the last chunk; without it, the file is refused as cut off."""
        self._write_chunk(bytes(self._waiting), last=True)

    def _write_chunk(self, data: bytes, *, last: bool) -> None:
        closed = self._cipher.encrypt(_nonce(self._prefix, self._number, last=last), data, self._header)
        self._file.write(struct.pack(">I?", len(closed), last) + closed)
        self._number += 1


class Reader(io.RawIOBase):
    """Reads what Writer wrote. Raises ArchiveError, at the latest at the end."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        super().__init__()
        self._header = file.read(_HEADER)
        if len(self._header) < _HEADER or not self._header.startswith(MAGIC):
            raise ArchiveError("This isn't a backup of Kiteline's.")
        self._prefix = self._header[-_PREFIX:]
        self._cipher = _cipher(passphrase, self._header[len(MAGIC) : len(MAGIC) + _SALT])
        self._file, self._number = file, 0
        self._ready, self._ended = bytearray(), False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._ready and not self._ended:
            self._read_chunk()
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        del self._ready[:count]
        return count

    def drain(self) -> None:
        """Read to the end, so that a cut-off tail is noticed too."""
        while self.read(CHUNK):
            pass
        if self._file.read(1):
            raise ArchiveError("Something was appended to the backup: take another copy of it.")

    def _read_chunk(self) -> None:
        head = self._file.read(5)
        if len(head) < 5:
            raise ArchiveError("The backup is cut off: take another copy of it.")
        length, last = struct.unpack(">I?", head)
        if not _TAG <= length <= CHUNK + _TAG:
            raise ArchiveError("The backup is damaged: take another copy of it.")
        closed = self._file.read(length)
        try:
            data = self._cipher.decrypt(_nonce(self._prefix, self._number, last=last), closed, self._header)
        except InvalidTag:
            raise ArchiveError(
                "Wrong passphrase, or not a byte is right."
                if self._number == 0
                else "The backup is damaged: take another copy of it."
            ) from None
        self._ready += data
        self._number += 1
        self._ended = last


def seal(path: Path, content: bytes, passphrase: str) -> None:
    """A small file whole, for its user only; never over another."""
    with path.open("xb") as file:
        path.chmod(0o600)
        writer = Writer(file, passphrase)
        writer.write(content)
        writer.finish()


def unseal(path: Path, passphrase: str) -> bytes:
    """What `seal` wrote. Raises ArchiveError."""
    with path.open("rb") as file:
        reader = Reader(file, passphrase)
        content = io.BufferedReader(reader).read()
        reader.drain()
    return content
