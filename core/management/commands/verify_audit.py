"""`manage.py verify_audit`: has anybody changed the trail?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import audit_chain, audit_roots, tenancy


class Command(BaseCommand):
    help = (
        "Check the audit trail: every row, every link of every school's chain, and the signed roots. "
        "Names the first changed, removed, inserted or truncated row of each chain; exit code 1 then."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--roots", type=Path, help="the file of signed roots, if not AUDIT_ROOTS_FILE")
        parser.add_argument("--public-key", help="64 hexadecimal digits, to check without the keyring")

    def handle(self, *, roots: Path | None, public_key: str | None, **options: Any) -> None:
        path = roots or audit_roots.file()
        anchors, trouble = _anchors(path, public_key)
        with tenancy.program("verify_audit"):
            report = audit_chain.verify(anchors=anchors)
        self.stdout.write(f"{report.links} links, {report.rows} rows, {_count(anchors)} signed heads")
        if not path.exists():
            self.stderr.write(f"No signed roots in {path}: a trail rewritten or cut off whole can't be seen.")
        wrong = [*trouble, *map(str, report.flaws)]
        for line in wrong:
            self.stderr.write(line)
        if wrong:
            raise CommandError(f"The audit trail was tampered with: {len(wrong)} finding(s).", returncode=1)
        self.stdout.write("The audit trail holds.")


def _anchors(path: Path, public_key: str | None) -> tuple[audit_chain.Anchors, list[str]]:
    """A file of roots that doesn't hold is a finding of its own; the chains are still checked."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)) if public_key else None
    except ValueError:
        raise CommandError("--public-key takes 64 hexadecimal digits.") from None
    try:
        return audit_roots.anchors(path, key=key), []
    except audit_roots.BadRoots as error:
        return {}, [str(error)]


def _count(anchors: audit_chain.Anchors) -> int:
    return sum(len(one) for one in anchors.values())
