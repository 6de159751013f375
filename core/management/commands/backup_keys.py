"""`manage.py backup_keys` and `--restore FILE`: the keyring and the keys of schools, under a passphrase.

Keep it apart from the database's backups, on a stick in a safe: who has both can read everything; without it
what is encrypted is lost for good.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core import archive, keyring, passphrase

RING = "keyring.json"


class Command(BaseCommand):
    help = "Write the keys to one encrypted file, or restore them from it into an empty place."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, help="the file to write (else a new one beside the keyring)")
        parser.add_argument("--restore", type=Path, metavar="FILE", help="put the keys of this file back")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._restore(options["restore"]) if options["restore"] else self._write(options["to"])
        except (archive.ArchiveError, keyring.KeyMissing, keyring.Damaged) as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.") from None

    def _write(self, to: Path | None) -> None:
        ring, schools = Path(settings.KEYRING_FILE), Path(settings.SCHOOL_KEYS_DIR)
        keyring.read(ring)  # a damaged one isn't worth keeping
        found = {RING: ring.read_text()} | {path.name: path.read_text() for path in schools.glob("*.json")}
        path = to or ring.parent / f"keys-{timezone.now():%Y%m%d-%H%M%S}.klk"
        content = json.dumps(found).encode()
        secret = passphrase.ask(twice=True)
        archive.seal(path, content, secret)
        if archive.unseal(path, secret) != content:
            raise CommandError(f"{path} can't be read back: write it to another disk.")
        self.stdout.write(f"{path}: the keyring and {len(found) - 1} keys of schools. Keep it apart.")

    def _restore(self, file: Path) -> None:
        found: dict[str, str] = json.loads(archive.unseal(file, passphrase.ask()))
        ring, schools = Path(settings.KEYRING_FILE), Path(settings.SCHOOL_KEYS_DIR)
        if not keyring.create(ring, found.pop(RING).encode()):
            raise CommandError(
                f"{ring} exists already: move it away first, and make sure that nothing needs it."
            )
        kept = [
            name
            for name, text in found.items()
            if not keyring.create(schools / Path(name).name, text.encode())
        ]
        self.stdout.write(f"{ring} and {len(found) - len(kept)} keys of schools are back.")
        for path in kept:
            self.stderr.write(f"{path} was there already and stays.")
