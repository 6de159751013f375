"""Encrypting, indexing, signing: the one way to the keyring (core.keyring) for the rest of the program.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce; a key for each purpose by HKDF-SHA256 (RFC 5869).
What is encrypted is bound to its purpose and its place (`bound_to`: a table and column, a row): elsewhere, it
doesn't open. A blob is: version (1 byte), key id (4), nonce (12), ciphertext and tag.

Raises KeyMissing or Damaged; their messages are one line and never hold what was encrypted.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import uuid
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from core import keyring, school_keys
from core.keyring import Damaged, DataKey, KeyMissing, Ring

__all__ = ["Damaged", "KeyMissing"]

VERSION = 1
NONCE_BYTES = 12
TAG_BYTES = 16
ID_AT = slice(1, 1 + keyring.ID_BYTES)
HEADER_BYTES = 1 + keyring.ID_BYTES + NONCE_BYTES
_WRAPPING = "school-key"

School = str | uuid.UUID
T = TypeVar("T")


def encrypt(purpose: str, data: bytes, *, bound_to: str = "", repeatable: bool = False) -> bytes:
    """Encrypt with the keyring's newest key. Raises KeyMissing.

    `repeatable` gives the same blob for the same data in the same place (a nonce made of them, as in SIV), so
    that writing a value again changes nothing. It tells who reads the database which values are equal.
    """
    key = _ring().newest
    if not repeatable:
        return _seal(key, purpose, bound_to, data)
    context = _context(purpose, bound_to)
    made_of = len(context).to_bytes(4, "big") + context + data
    return _seal(key, purpose, bound_to, data, _hmac(key.key, f"nonce:{purpose}", made_of)[:NONCE_BYTES])


def decrypt(purpose: str, blob: bytes, *, bound_to: str = "") -> bytes:
    """Open what `encrypt` closed for the same purpose and place. Raises KeyMissing or Damaged."""
    return _open(_ring().find(key_id(blob)), purpose, bound_to, blob)


def school_encrypt(school_public_id: School, data: bytes, *, bound_to: str) -> bytes:
    """Encrypt with the school's own key, made at its first use. Raises KeyMissing once it's destroyed."""
    school_keys.ensure(_school_folder(), school_public_id, _wrap)
    return _seal(_school_keys(school_public_id)[-1], _sealed_for(school_public_id), bound_to, data)


def school_decrypt(school_public_id: School, blob: bytes, *, bound_to: str) -> bytes:
    """Open what `school_encrypt` closed for the same school and place. Raises KeyMissing or Damaged."""
    wanted = key_id(blob)
    for key in _school_keys(school_public_id):
        if key.id == wanted:
            return _open(key, _sealed_for(school_public_id), bound_to, blob)
    raise KeyMissing(
        f"Key {wanted.hex()} of school {school_public_id} isn't there: put back your copy of its key file."
    )


def blind_index(purpose: str, text: str) -> bytes:
    """32 bytes by which a text is found again without standing in the database (HMAC-SHA256).

    Whoever lacks the key can't try numbers out. Its key stays: rotating the data key leaves it alone.
    """
    return _hmac(_ring().index, purpose, text.encode())


def mac(purpose: str, data: bytes) -> bytes:
    """32 bytes that only this program can make from `data` (HMAC-SHA256)."""
    return _hmac(_ring().mac, purpose, data)


def scope_secret() -> bytes:
    """32 bytes for the row-security sessions of core.tenancy."""
    return _ring().scope


def signing_key() -> Ed25519PrivateKey:
    """Signs the hourly roots of the audit trail."""
    return Ed25519PrivateKey.from_private_bytes(_ring().signing)


def key_id(blob: bytes) -> bytes:
    """Which version of a key closed it. Raises Damaged if it isn't one of ours."""
    if len(blob) < HEADER_BYTES + TAG_BYTES or blob[0] != VERSION:
        raise Damaged("This isn't something that Kiteline encrypted: restore it from a backup.")
    return bytes(blob[ID_AT])


def newest_id() -> bytes:
    """The id of the version that `encrypt` uses now."""
    return _ring().newest.id


def newest_school_id(school_public_id: School) -> bytes:
    """The id of the version that `school_encrypt` uses now. Raises KeyMissing."""
    return _school_keys(school_public_id)[-1].id


def rewrap_school_keys() -> int:
    """Close every school's key with the keyring's newest; returns how many were behind."""
    folder, behind = _school_folder(), 0
    for school in school_keys.schools(folder):
        if set(school_keys.wrapped_with(folder, school)) - {newest_id()}:
            school_keys.rewrap(folder, school, _school_keys(school), _wrap)
            behind += 1
    return behind


def school_keys_wrapped_with() -> dict[bytes, int]:
    """How many schools' keys each version of the keyring's key closes."""
    folder = _school_folder()
    found = [
        one for school in school_keys.schools(folder) for one in school_keys.wrapped_with(folder, school)
    ]
    return {key_id: found.count(key_id) for key_id in found}


def destroy_school_key(school_public_id: School, *, on: str) -> None:
    """Crypto-erase all that is sealed in a school, backups of the database included. There is no way back."""
    school_keys.destroy(_school_folder(), school_public_id, on)


# --- inside ---------------------------------------------------------------------------------------


def _seal(key: DataKey, purpose: str, bound_to: str, data: bytes, nonce: bytes = b"") -> bytes:
    nonce = nonce or secrets.token_bytes(NONCE_BYTES)
    closed = _cipher(key.key, purpose).encrypt(nonce, data, _context(purpose, bound_to))
    return b"".join((bytes([VERSION]), key.id, nonce, closed))


def _open(key: DataKey, purpose: str, bound_to: str, blob: bytes) -> bytes:
    nonce = bytes(blob[1 + keyring.ID_BYTES : HEADER_BYTES])
    try:
        return _cipher(key.key, purpose).decrypt(
            nonce, bytes(blob[HEADER_BYTES:]), _context(purpose, bound_to)
        )
    except InvalidTag:
        raise Damaged(
            "What was encrypted has been changed, or moved from its place: restore it from a backup."
        ) from None


def _context(purpose: str, bound_to: str) -> bytes:
    """Unambiguous: neither part holds the zero byte between them."""
    if "\0" in purpose or "\0" in bound_to:
        raise ValueError("A purpose or place can't hold a zero byte.")
    return f"{purpose}\0{bound_to}".encode()


@lru_cache(maxsize=2048)
def _cipher(key: bytes, purpose: str) -> AESGCM:
    return AESGCM(_derived(key, purpose))


@lru_cache(maxsize=2048)
def _derived(key: bytes, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), length=32, salt=None, info=purpose.encode()).derive(key)


def _hmac(key: bytes, purpose: str, data: bytes) -> bytes:
    return hmac.digest(_derived(key, purpose), data, hashlib.sha256)


def _sealed_for(school: School) -> str:
    return f"sealed:{uuid.UUID(str(school))}"


def _wrap(key: bytes, bound_to: str) -> bytes:
    return encrypt(_WRAPPING, key, bound_to=bound_to)


def _unwrap(blob: bytes, bound_to: str) -> bytes:
    return decrypt(_WRAPPING, blob, bound_to=bound_to)


def _ring() -> Ring:
    return _cached(os.fspath(settings.KEYRING_FILE), keyring.read)


def _school_folder() -> Path:
    return Path(settings.SCHOOL_KEYS_DIR)


def _school_keys(school: School) -> tuple[DataKey, ...]:
    path = school_keys.path_of(_school_folder(), school)
    return _cached(
        str(path), lambda found: school_keys.read(found.parent, school, _unwrap), opened_with=_ring()
    )


_read: dict[str, tuple[tuple[object, ...], object]] = {}


def _cached(path: str, read: Callable[[Path], T], opened_with: Ring | None = None) -> T:
    """A key file is read again when it has changed, so that a rotation reaches the running program.

    Asked for every number on a page: plain strings, since making a Path takes longer than encrypting.
    """
    try:
        found = os.stat(path)  # noqa: PTH116
    except OSError:
        return read(Path(path))  # which says what is wrong
    state = (found.st_mtime_ns, found.st_size, found.st_ino, opened_with)
    known = _read.get(path)
    if known is None or known[0] != state:
        known = _read[path] = (state, read(Path(path)))
    return known[1]  # type: ignore[return-value]
