"""Signed roots: what keeps even the owner of the database from rewriting the trail unseen.

Each hour the heads of all chains go into a Merkle root, signed with Ed25519 and appended to a file of its
own, which belongs on another machine (ASVS 5.0.0 V16.4.3). A line is JSON: the heads that moved since the
line before, the root over all, the hash of the line before, and the signature over the rest of the line
with its keys sorted.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db import connection

from core import keys
from core.audit_chain import Anchor

VERSION = 1
Heads = dict[int, tuple[int, str]]


class BadRoots(Exception):
    """The file of roots itself was changed; the message names the line."""


def file() -> Path:
    return Path(settings.AUDIT_ROOTS_FILE)


def own_public_key() -> Ed25519PublicKey:
    return keys.signing_key().public_key()


def heads_now() -> Heads:
    """The newest link of each chain. Needs a scope of the program's own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT chain, seq, encode(hash, 'hex') FROM kl.audit_heads()")
        return {chain: (seq, hashed) for chain, seq, hashed in cursor.fetchall()}


def merkle_root(heads: Heads) -> str:
    """SHA-256 over the chains in order; leaves and knots begin with another byte (RFC 6962 §2.1)."""
    leaves = (f"{chain}:{seq}:{hashed}" for chain, (seq, hashed) in sorted(heads.items()))
    level = [sha256(b"\x00" + leaf.encode()).digest() for leaf in leaves]
    if not level:
        return sha256(b"").hexdigest()
    while len(level) > 1:
        pairs = list(zip(level[::2], level[1::2], strict=False))
        level = [sha256(b"\x01" + left + right).digest() for left, right in pairs] + level[len(pairs) * 2 :]
    return level[0].hex()


def sign(heads: Heads, *, now: datetime, path: Path | None = None) -> str:
    """Append one signed line; gives back its root. Raises BadRoots when the file no longer holds together."""
    path = path or file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(opened, "r+", encoding="utf-8") as roots:
        fcntl.flock(roots, fcntl.LOCK_EX)  # two signers take turns; the lock goes with the file
        known, before = _replay(roots.read().splitlines(), own_public_key())
        line = _line(heads, known, before, now)
        roots.write(line + "\n")
        roots.flush()
        os.fsync(roots.fileno())
    return str(json.loads(line)["root"])


def _line(heads: Heads, known: list[tuple[str, Heads]], before: str, now: datetime) -> str:
    last = known[-1][1] if known else {}
    said: dict[str, Any] = {
        "v": VERSION,
        "at": now.astimezone(UTC).isoformat(timespec="seconds"),
        "moved": {str(chain): head for chain, head in sorted(heads.items()) if last.get(chain) != head},
        "root": merkle_root(heads),
        "before": before,
        "key": own_public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex(),
    }
    said["signature"] = keys.signing_key().sign(_canonical(said)).hex()
    return json.dumps(said, sort_keys=True, separators=(",", ":"))


def _canonical(said: dict[str, Any]) -> bytes:
    unsigned = {name: value for name, value in said.items() if name != "signature"}
    return json.dumps(unsigned, sort_keys=True, separators=(",", ":")).encode()


def anchors(path: Path | None = None, *, key: Ed25519PublicKey | None = None) -> dict[int, list[Anchor]]:
    """What the signed roots say of each chain, oldest first. Raises BadRoots."""
    path = path or file()
    if not path.exists():
        return {}
    signed, _before = _replay(path.read_text(encoding="utf-8").splitlines(), key or own_public_key())
    found: dict[int, list[Anchor]] = {}
    for at, moved in signed:
        for chain, (seq, hashed) in moved.items():
            said = found.setdefault(chain, [])
            if not said or said[-1].seq != seq:
                said.append(Anchor(seq, hashed, at))
    return found


def _replay(lines: Sequence[str], key: Ed25519PublicKey) -> tuple[list[tuple[str, Heads]], str]:
    """Check each line; give back its moment with all heads as they stood then, and the last line's hash."""
    heads: Heads = {}
    found = []
    before = ""
    for number, line in enumerate(lines, 1):
        said = _checked(line, number, before, key)
        heads = heads | {int(chain): (head[0], head[1]) for chain, head in said["moved"].items()}
        if merkle_root(heads) != said["root"]:
            raise BadRoots(f"Line {number} of the signed roots doesn't add up to its root.")
        found.append((said["at"], heads))
        before = sha256(line.encode()).hexdigest()
    return found, before


def _checked(line: str, number: int, before: str, key: Ed25519PublicKey) -> dict[str, Any]:
    try:
        said: dict[str, Any] = json.loads(line)
        key.verify(bytes.fromhex(said["signature"]), _canonical(said))
    except (ValueError, KeyError, TypeError, AttributeError, InvalidSignature):
        raise BadRoots(f"Line {number} of the signed roots isn't what was signed.") from None
    if said["before"] != before:
        raise BadRoots(f"Before line {number} of the signed roots one is missing or out of order.")
    return said
