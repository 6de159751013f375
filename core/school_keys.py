"""Each school's own data key, for what is sealed: one small file a school, beside the keyring.

A random key, wrapped with the keyring's, so that a copy of this folder alone opens nothing. Destroying one
school's file makes its sealed entries unreadable for good, also in every backup of the database
(crypto-erasure); a stub stays behind, lest a new key be made in its place by accident.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from pathlib import Path

from core import keyring
from core.keyring import Damaged, DataKey, KeyMissing

Wrap = Callable[[bytes, str], bytes]
_WRAPPED_BYTES = keyring.KEY_BYTES + 1 + keyring.ID_BYTES + 12 + 16


def path_of(folder: Path, school: str | uuid.UUID) -> Path:
    return folder / f"{uuid.UUID(str(school))}.json"


def read(folder: Path, school: str | uuid.UUID, unwrap: Wrap) -> tuple[DataKey, ...]:
    """The versions of a school's key, newest last. Raises KeyMissing or Damaged."""
    path = path_of(folder, school)
    try:
        found = json.loads(path.read_bytes())
        if "destroyed_on" in found:
            raise KeyMissing(
                f"The key of school {school} was destroyed on {found['destroyed_on']}, as asked."
            )
        return keyring.parse_keys([_opened(school, one, unwrap) for one in found["keys"]])
    except FileNotFoundError:
        raise KeyMissing(
            f"There is no key of school {school} in {folder}: put back your copy of that folder."
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError, Damaged):
        raise Damaged(f"The key file {path} is damaged, or another keyring's: put back your copy.") from None


def _opened(school: str | uuid.UUID, one: dict[str, str], unwrap: Wrap) -> dict[str, str]:
    key = unwrap(keyring.decode(one["key"], _WRAPPED_BYTES), _bound(school, one["id"]))
    return {**one, "key": keyring.encode(key)}


def ensure(folder: Path, school: str | uuid.UUID, wrap: Wrap) -> None:
    """Make a school's key once; of several processes that try, one wins."""
    path = path_of(folder, school)
    if not path.exists():
        keyring.create(path, _dump(school, (DataKey.new(),), wrap))


def rewrap(folder: Path, school: str | uuid.UUID, keys: tuple[DataKey, ...], wrap: Wrap) -> None:
    """Write a school's keys anew, wrapped with the keyring's newest."""
    keyring.write(path_of(folder, school), _dump(school, keys, wrap))


def wrapped_with(folder: Path, school: str | uuid.UUID) -> list[bytes]:
    """The ids of the keyring's keys that close this school's; none for a destroyed one. Raises Damaged."""
    path = path_of(folder, school)
    try:
        found = json.loads(path.read_bytes()).get("keys", [])
        return [keyring.decode(one["key"], _WRAPPED_BYTES)[1 : 1 + keyring.ID_BYTES] for one in found]
    except (ValueError, KeyError, TypeError, AttributeError, Damaged):
        raise Damaged(f"The key file {path} is damaged: put back your copy.") from None


def destroy(folder: Path, school: str | uuid.UUID, on: str) -> None:
    """Make everything that was sealed for this school unreadable. There is no way back."""
    keyring.write(path_of(folder, school), keyring.dump_json({"format": keyring.FORMAT, "destroyed_on": on}))


def schools(folder: Path) -> list[uuid.UUID]:
    """The schools that have a key file, destroyed ones included."""
    return sorted(uuid.UUID(path.stem) for path in folder.glob("*.json")) if folder.is_dir() else []


def _dump(school: str | uuid.UUID, keys: tuple[DataKey, ...], wrap: Wrap) -> bytes:
    written = [
        keyring.dump_key(key, keyring.encode(wrap(key.key, _bound(school, key.id.hex())))) for key in keys
    ]
    return keyring.dump_json({"format": keyring.FORMAT, "keys": written})


def _bound(school: str | uuid.UUID, key_id: str) -> str:
    return f"{uuid.UUID(str(school))}:{key_id}"
