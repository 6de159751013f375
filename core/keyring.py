"""The keyring: the program's secret keys, in one file outside the database. Knows no Django.

A dump, a stolen disk of the database server or its curious administrator hold ciphertext only; who has both
the database and this file has everything (docs/threat-model.md). `python -m core.keyring new FILE` makes one,
`… add FILE` adds a version of the data key, which `manage.py rotate_keys` then moves everything to.

The file: `keys`, the versions of the data key, the newest last; and keys that are never changed silently, for
what was made with them couldn't be found, checked or opened again: `index` (blind indexes), `mac`, `scope`
(row-security sessions), `signing` (Ed25519, roots of the audit trail).
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import datetime as dt
import json
import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FORMAT = 1
KEY_BYTES = 32
ID_BYTES = 4
FIXED = ("index", "mac", "scope", "signing")


class KeyMissing(Exception):
    """A key isn't there. The message is one line and says the remedy."""


class Damaged(Exception):
    """A key file or something encrypted isn't what was written. The message is one line."""


@dataclass(frozen=True, slots=True)
class DataKey:
    """One version of a key. Its id stands in front of all that it encrypted."""

    id: bytes
    key: bytes
    made_on: str

    @classmethod
    def new(cls, others: tuple[DataKey, ...] = ()) -> DataKey:
        """A random key whose id none of `others` has."""
        taken = {other.id for other in others}
        while (key_id := secrets.token_bytes(ID_BYTES)) in taken:
            pass
        return cls(key_id, secrets.token_bytes(KEY_BYTES), dt.datetime.now(dt.UTC).date().isoformat())


@dataclass(frozen=True, slots=True)
class Ring:
    """What one keyring file holds."""

    keys: tuple[DataKey, ...]
    index: bytes
    mac: bytes
    scope: bytes
    signing: bytes

    @property
    def newest(self) -> DataKey:
        return self.keys[-1]

    def find(self, key_id: bytes) -> DataKey:
        """The version with this id; raises KeyMissing."""
        for key in self.keys:
            if key.id == key_id:
                return key
        raise KeyMissing(
            f"The keyring has no key {key_id.hex()}, with which this was encrypted: put back the keyring "
            "that goes with this database (docs/how-to/backup-and-restore.md)."
        )


def new_ring() -> Ring:
    """Fresh random keys, all of them."""
    return Ring((DataKey.new(),), *(secrets.token_bytes(KEY_BYTES) for _ in FIXED))


def add_key(path: Path) -> Ring:
    """Add a version of the data key, which is used from now on; older ones still open what they closed."""
    ring = read(path)
    return _replace(path, ring, (*ring.keys, DataKey.new(ring.keys)))


def drop_keys(path: Path, ids: set[bytes]) -> Ring:
    """Remove versions for good: the caller made sure that nothing needs them. The newest always stays."""
    ring = read(path)
    return _replace(path, ring, tuple(key for key in ring.keys if key.id not in ids or key is ring.newest))


def _replace(path: Path, ring: Ring, keys: tuple[DataKey, ...]) -> Ring:
    changed = Ring(keys, ring.index, ring.mac, ring.scope, ring.signing)
    write(path, dump(changed))
    return changed


def ensure(path: Path) -> None:
    """Make the keyring once; of several processes that try, one wins and the others use its."""
    if not path.exists():
        create(path, dump(new_ring()))


def read(path: Path) -> Ring:
    """The keyring in a file. Raises KeyMissing where there's none, Damaged where it can't be read."""
    try:
        return parse(path.read_bytes())
    except FileNotFoundError:
        raise KeyMissing(
            f"There is no keyring at {path}: put yours there, or, for a new and empty database, make one: "
            f"python -m core.keyring new {path}"
        ) from None
    except OSError as error:
        raise KeyMissing(
            f"The keyring {path} can't be read ({error.strerror}): let this user read it."
        ) from None
    except Damaged as error:
        raise Damaged(f"The keyring {path} is damaged ({error}): put back your copy of it.") from None


def parse(content: bytes) -> Ring:
    """Read a keyring's bytes. Raises Damaged."""
    try:
        found = json.loads(content)
        if found["format"] != FORMAT:
            raise Damaged(f"format {found['format']} is unknown")
        keys = parse_keys(found["keys"])
        return Ring(keys, *(decode(found[name]) for name in FIXED))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Damaged("it isn't a keyring") from None


def parse_keys(found: list[dict[str, str]]) -> tuple[DataKey, ...]:
    """The versions of a key, newest last. Raises Damaged, ValueError, KeyError or TypeError."""
    keys = tuple(DataKey(bytes.fromhex(one["id"]), decode(one["key"]), one["made_on"]) for one in found)
    if not keys or len({key.id for key in keys}) < len(keys) or any(len(key.id) != ID_BYTES for key in keys):
        raise Damaged("its versions are not told apart")
    return keys


def dump(ring: Ring) -> bytes:
    """The bytes that `parse` reads."""
    fixed = {name: encode(getattr(ring, name)) for name in FIXED}
    return dump_json(
        {"format": FORMAT, "keys": [dump_key(key, encode(key.key)) for key in ring.keys], **fixed}
    )


def dump_key(key: DataKey, value: str) -> dict[str, str]:
    """One version as `parse_keys` reads it."""
    return {"id": key.id.hex(), "made_on": key.made_on, "key": value}


def dump_json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, indent=1).encode() + b"\n"


def encode(key: bytes) -> str:
    return base64.b64encode(key).decode()


def decode(text: str, length: int = KEY_BYTES) -> bytes:
    """The key in a base64 text. Raises Damaged if it hasn't the length of one."""
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise Damaged("a key isn't base64") from None
    if len(key) != length:
        raise Damaged(f"a key has {len(key)} bytes instead of {length}")
    return key


def create(path: Path, content: bytes) -> bool:
    """Write a file that only this user may read, whole or not at all; False if it exists already."""
    with _aside(path, content) as written:
        try:
            os.link(written, path)
        except FileExistsError:
            return False
    _settle(path.parent)
    return True


def write(path: Path, content: bytes) -> None:
    """Put a file in the place of another, whole or not at all."""
    with _aside(path, content) as written:
        written.replace(path)
    _settle(path.parent)


@contextlib.contextmanager
def _aside(path: Path, content: bytes) -> Iterator[Path]:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(prefix=".", dir=path.parent)  # 0600
    written = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield written
    finally:
        written.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    """The name itself must survive a power cut too: what is encrypted with a lost key is lost."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def main(arguments: list[str]) -> int:
    """`python -m core.keyring new FILE | add FILE | print`"""
    if arguments == ["print"]:  # for a file that a container can't write itself
        sys.stdout.buffer.write(dump(new_ring()))
        return 0
    if len(arguments) != 2 or arguments[0] not in {"new", "add"}:
        print(main.__doc__, file=sys.stderr)
        return 2
    verb, path = arguments[0], Path(arguments[1])
    try:
        if verb == "add":
            add_key(path)
        elif not create(path, dump(new_ring())):
            print(f"{path} exists already: it stays as it is.", file=sys.stderr)
            return 1
    except (KeyMissing, Damaged, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
